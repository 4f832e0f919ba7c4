import type { Client } from '@elastic/elasticsearch';

import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { type DeadLetterFilter, listDeadLetters, type StoredDeadLetter } from './list-dead-letters';

/** Facts that decide whether a dead letter is out of date. */
export interface DeadLetterPruning extends DeadLetterFilter {
  /** Index (or alias) of the documents. */
  readonly target: string;
  /**
   * After a relation was copied completely: the job's first version. Every older dead letter goes, since its row was
   * read again, or is gone. Absent (after a refresh): only dead letters whose document is in the index by now go.
   */
  readonly olderThan?: number;
}

/**
 * Removes dead letters that are out of date. A rejected document's older version was deleted from the index, so its
 * being there means that it was indexed since.
 *
 * @returns how many were removed.
 */
export async function pruneDeadLetters(client: Client, index: string, pruning: DeadLetterPruning): Promise<number> {
  let removed = 0;
  for await (const page of listDeadLetters(client, index, pruning)) {
    const outdated = await findOutdated(client, pruning, page);
    await deleteLetters(
      client,
      index,
      outdated.map(({ id }) => id),
    );
    removed += outdated.length;
  }
  return removed;
}

async function findOutdated(
  client: Client,
  { target, olderThan }: DeadLetterPruning,
  letters: readonly StoredDeadLetter[],
): Promise<StoredDeadLetter[]> {
  if (olderThan !== undefined) return letters.filter(({ version }) => version < olderThan);
  const ids = letters.flatMap(({ documentId }) => (documentId === undefined ? [] : [documentId]));
  if (ids.length === 0) return [];
  const present = await translateFailures(`looking for documents in ${target}`, async () => {
    // By id and in real time: needs no refresh.
    const { docs } = await client.mget({ index: target, ids, _source: false });
    return new Set(docs.filter((doc) => 'found' in doc && doc.found).map(({ _id: id }) => id));
  });
  return letters.filter(({ documentId }) => documentId !== undefined && present.has(documentId));
}

/** Removes dead letters by their own ids. */
export async function deleteLetters(client: Client, index: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const operations = ids.map((id) => ({ delete: { _id: id, routing: id } }));
  await translateFailures(`removing dead letters from ${index}`, () =>
    unlessMissing(() => client.bulk({ index, operations, refresh: false })),
  );
}
