import type { Client } from '@elastic/elasticsearch';

import { asCount, asList, asObject, asText, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { deadLetterId } from './dead-letter-id';

/** Dead letters of documents whose rows were read again. */
export interface SettledLetters {
  readonly connectorId: string;
  readonly relation: string;
  readonly documentIds: readonly string[];
  /** Version of the writes of that reading: a letter of it, or of a newer one, stays. */
  readonly version: number;
  readonly signal?: AbortSignal;
}

/** A letter as it was found; whoever writes it anew changes that. */
interface FoundLetter {
  readonly id: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** Removes older letters of rows that have been read again: each is indexed by now, gone, or has a letter anew. */
export async function settleDeadLetters(client: Client, index: string, settled: SettledLetters): Promise<void> {
  const { signal } = settled;
  const options = signal === undefined ? {} : { signal };
  const outdated = await findOlder(client, index, settled);
  if (outdated.length === 0) return;
  const operations = outdated.map(({ id, seqNo, primaryTerm }) => ({
    delete: { _id: id, routing: id, if_seq_no: seqNo, if_primary_term: primaryTerm },
  }));
  await translateFailures(`removing dead letters from ${index}`, () =>
    unlessMissing(() => client.bulk({ index, operations, refresh: false }, options)),
  );
}

async function findOlder(
  client: Client,
  index: string,
  { connectorId, relation, documentIds, version, signal }: SettledLetters,
): Promise<readonly FoundLetter[]> {
  if (documentIds.length === 0) return [];
  const doing = `looking for dead letters in ${index}`;
  const docs = documentIds.map((documentId) => {
    const _id = deadLetterId({ connectorId, relation, documentId });
    return { _id, routing: _id, _source: ['version'] };
  });
  const answer: unknown = await translateFailures(doing, () =>
    client.mget({ index, docs }, signal === undefined ? {} : { signal }),
  );
  return readAnswer(doing, () =>
    asList(asObject(answer)['docs']).flatMap((doc) => {
      const { found, _id, _seq_no: seqNo, _primary_term: primaryTerm, _source: source } = asObject(doc);
      if (found !== true || asCount(asObject(source)['version']) >= version) return [];
      return [{ id: asText(_id), seqNo: asCount(seqNo), primaryTerm: asCount(primaryTerm) }];
    }),
  );
}
