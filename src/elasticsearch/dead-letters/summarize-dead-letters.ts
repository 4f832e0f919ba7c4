import type { Client } from '@elastic/elasticsearch';

import { asList, asObject, asText, readAnswer } from '../answers/read-answer';
import { pageBuckets } from '../documents/page-buckets';
import { DROPPED } from './dead-letter';

/** Rows of one relation that are not in the index for the same kind of reason. */
export interface DeadLetterSummary {
  readonly relation: string;
  readonly rows: number;
  /** Whether an ingest pipeline dropped them, which is no fault. */
  readonly isDropped: boolean;
  /** That of one of them: a sentence without values. */
  readonly reason: string;
}

/** Kinds of reasons that are read at most. */
const MOST = 20;

/**
 * Reasons for which rows of a connector have no document, those of most rows first. Nothing is refreshed: it is for people
 * who look, not for decisions.
 * @returns an empty list where nothing was ever refused
 */
export async function summarizeDeadLetters(
  client: Client,
  index: string,
  connectorId: string,
): Promise<DeadLetterSummary[]> {
  const doing = `reading the dead letters in ${index}`;
  if (!(await client.indices.exists({ index }))) return [];
  const summaries: DeadLetterSummary[] = [];
  const buckets = pageBuckets(client, {
    ...{ index, doing, query: { term: { connector_id: connectorId } }, withMissing: true },
    by: { relation: 'relation', type: 'error_type', field: 'field' },
    aggs: { one: { top_hits: { size: 1, _source: ['reason'] } } },
  });
  for await (const { key, documents, answered } of buckets) {
    const [relation, type] = readAnswer(doing, () => [asText(key['relation']), asText(key['type'])] as const);
    const reason = readAnswer(doing, () => readReason(answered['one']));
    summaries.push({ relation, rows: documents, isDropped: type === DROPPED, reason });
    if (summaries.length >= MOST) break;
  }
  return summaries.sort((a, b) => b.rows - a.rows);
}

function readReason(topHits: unknown): string {
  const [hit] = asList(asObject(asObject(topHits)['hits'])['hits']);
  return asText(asObject(asObject(hit)['_source'])['reason']);
}
