import { type ConnectorState, type IndexState, NO_STATE } from '../sync/index-state';

/** A mapping's `_meta`: pgferry's part of it, and what others keep there. */
export interface MappingMeta {
  readonly [key: string]: unknown;
  readonly pgferry?: unknown;
}

const OWNER = 'pgferry';

/** `_meta` of an index that pgferry makes: marks it as its own, and tells for which alias it was made. */
export function ownMeta(alias: string): MappingMeta {
  return { created_by: OWNER, created_for: alias };
}

/** Whether pgferry made the index, for this alias if one is given. */
export function isOwnIndex(meta: MappingMeta, alias?: string): boolean {
  return meta['created_by'] === OWNER && (alias === undefined || meta['created_for'] === alias);
}

/** pgferry's state in a `_meta`; what can't be read counts as absent, so that it is copied again. */
export function parseState({ pgferry }: MappingMeta): IndexState {
  if (!isObject(pgferry)) return NO_STATE;
  const connectors = isObject(pgferry['connectors']) ? pgferry['connectors'] : {};
  const restore = pgferry['restore'];
  return {
    connectors: Object.fromEntries(Object.entries(connectors).filter(([, state]) => isConnectorState(state))) as Record<
      string,
      ConnectorState
    >,
    ...(isObject(restore) ? { restore: restore as Record<string, string | null> } : {}),
  };
}

/** The `_meta` with another state; the keys of others stay. */
export function replaceState(meta: MappingMeta, state: IndexState): MappingMeta {
  return { ...meta, pgferry: state };
}

function isConnectorState(value: unknown): boolean {
  return isObject(value) && Number.isSafeInteger(value['version']) && isObject(value['relations']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
