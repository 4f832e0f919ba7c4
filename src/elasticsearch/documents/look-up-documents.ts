import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { asCount, asList, asObject, asText, damagedAnswer, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';

/** A document as it is at this moment, whether refreshed or not. */
export interface FoundDocument {
  readonly version: number;
  readonly routing?: string;
  /** Those that were asked for and are there; numbers as doubles. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Documents to look up. */
export interface LookUp {
  readonly index: string;
  readonly ids: readonly string[];
  /**
   * Names of top-level fields.
   * @default none
   */
  readonly fields?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks documents up by id.
 * @returns those that are there, by id; none where there is no such index
 * @throws SyncFailure `InvalidConfig` where fields are asked for of an index that keeps no `_source`
 */
export async function lookUpDocuments(
  client: Client,
  { index, ids, fields = [], signal }: LookUp,
): Promise<ReadonlyMap<string, FoundDocument>> {
  if (ids.length === 0) return new Map();
  const doing = `looking for documents in ${index}`;
  const source = fields.length === 0 ? false : [...fields];
  const answer: unknown = await translateFailures(doing, () =>
    client.mget({ index, ids: [...ids], _source: source }, signal === undefined ? {} : { signal }),
  );
  const found = new Map<string, FoundDocument>();
  for (const doc of readAnswer(doing, () => asList(asObject(answer)['docs']).map(asObject))) {
    const { _id: id, found: isFound, error } = doc;
    if (error !== undefined && !isMissingIndex(error)) throw damagedAnswer(doing);
    if (isFound !== true) continue;
    if (source !== false && doc['_source'] === undefined) throw keepsNoSource(index);
    found.set(
      readAnswer(doing, () => asText(id)),
      readAnswer(doing, () => readDocument(doc)),
    );
  }
  return found;
}

function readDocument(doc: Readonly<Record<string, unknown>>): FoundDocument {
  const { _version: version, _routing: routing, _source: source = {} } = doc;
  return {
    version: asCount(version),
    ...(routing === undefined ? {} : { routing: asText(routing) }),
    fields: asObject(source),
  };
}

function isMissingIndex(error: unknown): boolean {
  return asObject(error)['type'] === 'index_not_found_exception';
}

function keepsNoSource(index: string): SyncFailure {
  const message =
    `The index ${index} keeps no _source, ` + 'so that nobody can see what an ingest pipeline makes of its documents.';
  return new SyncFailure('InvalidConfig', message, 'Sync into an index that keeps it, or without a pipeline.');
}
