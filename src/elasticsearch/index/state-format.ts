import type { FollowedDefinition } from '../../sync/followed-definitions';
import { type ConnectorState, type IndexState, NO_STATE, type RelationState } from '../../sync/index-state';
import { isRecord } from '../../sync/json-value';
import type { UnseenTransactions } from '../../sync/unseen-transactions';

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

/** The keys of `_meta` that are pgferry's own. */
const OWN_KEYS: ReadonlySet<string> = new Set([OWNER, 'created_by', 'created_for', 'created_with', 'filled_as']);

/** The name under which an index was filled, where it is another one: it was cloned since. */
export function filledAs(meta: MappingMeta): unknown {
  return meta['filled_as'];
}

/** The `_meta` of an index that is about to be cloned, which comes along: the clone is known by it. */
export function withFilledAs(meta: MappingMeta, concrete: string): MappingMeta {
  return { ...meta, filled_as: concrete };
}

/** Others' part of a `_meta`. */
export function othersMeta(meta: MappingMeta): MappingMeta {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => !OWN_KEYS.has(key)));
}

/** pgferry's state in a `_meta`; what can't be read counts as absent, so that it is copied again. */
export function parseState({ pgferry }: MappingMeta): IndexState {
  if (!isRecord(pgferry)) return NO_STATE;
  const connectors = isRecord(pgferry['connectors']) ? pgferry['connectors'] : {};
  const restore = pgferry['restore'];
  return {
    connectors: Object.fromEntries(
      Object.entries(connectors).flatMap(([id, state]) =>
        isConnectorState(state) ? [[id, readConnector(state)]] : [],
      ),
    ),
    ...(isRecord(restore) ? { restore: readSettings(restore) } : {}),
  };
}

/** The `_meta` with another state; the keys of others stay. */
export function replaceState(meta: MappingMeta, state: IndexState): MappingMeta {
  return { ...meta, pgferry: state };
}

function isConnectorState(value: unknown): value is ConnectorState {
  return isRecord(value) && Number.isSafeInteger(value['version']) && isRecord(value['relations']);
}

/** Whoever may change the index may have put anything into it: what is no state is left out. */
function readConnector(state: ConnectorState): ConnectorState {
  const { version, source, lastCommit, index, soleRelation, foreign, relations, followed } = state;
  return {
    version,
    ...(isIdentity(source) ? { source } : {}),
    ...(isCommitMark(lastCommit) ? { lastCommit } : {}),
    ...(typeof index === 'string' ? { index } : {}),
    ...(typeof soleRelation === 'string' ? { soleRelation } : {}),
    ...(Number.isSafeInteger(foreign) ? { foreign } : {}),
    // A relation stays known by its name: it must not be forgotten in silence.
    relations: Object.fromEntries(Object.entries(relations).map(([name, state]) => [name, readRelation(state)])),
    ...(isRecord(followed) ? { followed: readFollowed(followed) } : {}),
  };
}

/** Of what can't be read nobody knows what it said: a stream that begins takes it for another definition. */
function readFollowed(followed: Readonly<Record<string, unknown>>): Readonly<Record<string, FollowedDefinition>> {
  const entries = Object.entries(followed).map(
    ([name, of]) => [name, isFollowed(of) ? of : { definition: '' }] as const,
  );
  return Object.fromEntries(entries);
}

function isFollowed(value: unknown): value is FollowedDefinition {
  if (!isRecord(value) || typeof value['definition'] !== 'string') return false;
  return value['since'] === undefined || Number.isSafeInteger(value['since']);
}

/** 64-bit, in decimal digits. */
const TRANSACTION_ID = /^\d{1,19}$/u;

/** Nobody knows what came of the sync that damaged state tells of. */
const DAMAGED: RelationState = { unproven: true };

function readRelation(state: unknown): RelationState {
  if (!isRecord(state)) return DAMAGED;
  const { watermark, unseen, definition, leaves, rule, version } = state;
  const isWhole =
    (watermark === undefined || isMatching(watermark, TRANSACTION_ID)) &&
    [definition, rule].every((text) => text === undefined || typeof text === 'string') &&
    (version === undefined || Number.isSafeInteger(version)) &&
    (leaves === undefined || (isRecord(leaves) && Object.values(leaves).every(Number.isSafeInteger)));
  if (!isWhole) return DAMAGED;
  // Without it the watermark alone says what to read: more than need be.
  return unseen === undefined || isUnseenTransactions(unseen) ? state : omit(state, 'unseen');
}

function omit(state: RelationState, key: keyof RelationState): RelationState {
  return Object.fromEntries(Object.entries(state).filter(([name]) => name !== key));
}

function isUnseenTransactions(value: unknown): value is UnseenTransactions {
  if (!isRecord(value) || !isMatching(value['next'], TRANSACTION_ID)) return false;
  const { open } = value;
  const isRange = (range: unknown) =>
    Array.isArray(range) && range.length === 2 && range.every((id) => isMatching(id, TRANSACTION_ID));
  return Array.isArray(open) && open.every(isRange);
}

function isIdentity(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { systemIdentifier, database, timeline } = value;
  return typeof systemIdentifier === 'string' && typeof database === 'string' && Number.isSafeInteger(timeline);
}

function isCommitMark(value: unknown): boolean {
  return isRecord(value) && isMatching(value['transaction'], /^\d{1,10}$/u) && isMatching(value['committedAt'], TIME);
}

/** A `timestamptz` in UTC, as PostgreSQL prints it. */
const TIME = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/u;

function readSettings(settings: Readonly<Record<string, unknown>>): Record<string, string | null> {
  const known = Object.entries(settings).filter(([, value]) => typeof value === 'string' || value === null);
  return Object.fromEntries(known) as Record<string, string | null>;
}

function isMatching(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}
