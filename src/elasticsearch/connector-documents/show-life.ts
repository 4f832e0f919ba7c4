import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { asCount, asList, asObject, asText, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import type { FoundId } from './found-document';
import { AS_CONNECTORS, CONNECTORS } from './protocol-index';

/** Connectors a request. */
const PAGE = 500;

/**
 * Writes a sign of life into connectors, each as long as nobody has changed it since it was found. It is not refreshed: nobody
 * waits for it.
 * @param lastSeen - in ISO 8601
 * @returns those that it was written into, as they are now
 * @throws SyncFailure `DestinationUnavailable` where Elasticsearch takes no writes, as of an index that can only be read
 */
export async function showLife(client: Client, found: readonly FoundId[], lastSeen: string): Promise<FoundId[]> {
  const written: FoundId[] = [];
  for (let start = 0; start < found.length; start += PAGE) {
    const doing = `writing signs of life into ${CONNECTORS}`;
    const operations = found.slice(start, start + PAGE).flatMap(({ id, seqNo, primaryTerm }) => {
      const update = { _id: id, if_seq_no: seqNo, if_primary_term: primaryTerm };
      return [{ update }, { doc: { last_seen: lastSeen } }];
    });
    const answer: unknown = await translateFailures(doing, () =>
      client.bulk({ index: CONNECTORS, operations }, AS_CONNECTORS),
    );
    const items = readAnswer(doing, () => asList(asObject(answer)['items']).map((item) => asObject(item)['update']));
    written.push(...readAnswer(doing, () => items.flatMap(readWritten)));
    refuseRefused(items.map(asObject));
  }
  return written;
}

function readWritten(item: unknown): FoundId[] {
  const { _id: id, status, _seq_no: seqNo, _primary_term: primaryTerm } = asObject(item);
  if (status !== 200) return [];
  return [{ id: asText(id), seqNo: asCount(seqNo), primaryTerm: asCount(primaryTerm) }];
}

/** Changed by somebody, or gone: that is no refusal. */
const TOO_LATE = [404, 409];

function refuseRefused(items: readonly Readonly<Record<string, unknown>>[]): void {
  const refused = items.find(({ status }) => status !== 200 && !TOO_LATE.includes(Number(status)));
  if (refused === undefined) return;
  const { reason } = asObject(refused['error']);
  throw new SyncFailure(
    'DestinationUnavailable',
    `No sign of life can be written into ${CONNECTORS}: ${String(reason)}`,
  );
}
