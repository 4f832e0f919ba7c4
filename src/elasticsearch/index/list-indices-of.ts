import type { Client } from '@elastic/elasticsearch';

import { asObject, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { type MappingMeta, parseState } from './state-format';

/** An index that holds documents of a connector, by its state. */
export interface IndexOfConnector {
  readonly concrete: string;
  /** Names that lead to it: its aliases, and its own. */
  readonly names: readonly string[];
  /** Names of the connector's relations in it. */
  readonly relations: readonly string[];
}

/**
 * Lists the indices whose state tells of a connector.
 * @param pattern - of names of indices and aliases
 */
export async function listIndicesOf(client: Client, pattern: string, connectorId: string): Promise<IndexOfConnector[]> {
  const doing = `listing the indices ${pattern}`;
  const request = {
    index: pattern,
    expand_wildcards: 'all',
    filter_path: '*.aliases,*.mappings._meta',
  } as const;
  const found: unknown = await translateFailures(doing, () => unlessMissing(() => client.indices.get(request)));
  return readAnswer(doing, () =>
    Object.entries(asObject(found ?? {})).flatMap(([concrete, index]) => {
      const { aliases = {}, mappings = {} } = asObject(index);
      const meta = asObject(asObject(mappings)['_meta'] ?? {}) as MappingMeta;
      const state = parseState(meta).connectors[connectorId];
      if (state === undefined) return [];
      const names = [...Object.keys(asObject(aliases)), concrete];
      return [{ concrete, names, relations: Object.keys(state.relations) }];
    }),
  );
}
