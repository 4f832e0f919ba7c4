import type { Client } from '@elastic/elasticsearch';

import { asCount, asList, asObject, asText, damagedAnswer, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { DROPPED } from './dead-letter';
import type { DeadLetterCounts } from './list-dead-letters';

/** Pairs of relation and reason a page. */
const PAGE = 1_000;

/** Letters of one relation and one reason. */
interface LetterCount {
  readonly relation: string;
  readonly type: string;
  readonly letters: number;
}

/**
 * Dead letters of a connector by relation; empty where there is no such index. Refreshes it first. A pipeline may have
 * dropped millions of documents: they are counted where they are.
 */
export async function countDeadLetters(
  client: Client,
  index: string,
  connectorId: string,
): Promise<Map<string, DeadLetterCounts>> {
  const counts = new Map<string, DeadLetterCounts>();
  const doing = `counting the dead letters in ${index}`;
  const refresh = () => unlessMissing(() => client.indices.refresh({ index }));
  if ((await translateFailures(doing, refresh)) === undefined) return counts;
  let after: Pick<LetterCount, 'relation' | 'type'> | undefined;
  do {
    const page = await countPage(client, { index, connectorId, doing, after });
    for (const { relation, type, letters } of page) {
      const { rejected, dropped } = counts.get(relation) ?? { rejected: 0, dropped: 0 };
      const isDropped = type === DROPPED;
      counts.set(relation, {
        rejected: rejected + (isDropped ? 0 : letters),
        dropped: dropped + (isDropped ? letters : 0),
      });
    }
    const last = page.length < PAGE ? undefined : page.at(-1);
    // Else counting would never end.
    if (last !== undefined && last.relation === after?.relation && last.type === after.type) throw damagedAnswer(doing);
    after = last === undefined ? undefined : { relation: last.relation, type: last.type };
  } while (after !== undefined);
  return counts;
}

interface CountRequest {
  readonly index: string;
  readonly connectorId: string;
  /** For messages. */
  readonly doing: string;
  readonly after: Pick<LetterCount, 'relation' | 'type'> | undefined;
}

async function countPage(client: Client, { index, connectorId, doing, after }: CountRequest): Promise<LetterCount[]> {
  const sources = [{ relation: { terms: { field: 'relation' } } }, { type: { terms: { field: 'error_type' } } }];
  const answer: unknown = await translateFailures(doing, () =>
    client.search({
      index,
      size: 0,
      track_total_hits: false,
      allow_partial_search_results: false,
      query: { term: { connector_id: connectorId } },
      aggs: { letters: { composite: { size: PAGE, sources, ...(after === undefined ? {} : { after }) } } },
    }),
  );
  return readAnswer(doing, () => {
    const { letters } = asObject(asObject(answer)['aggregations']);
    return asList(asObject(letters)['buckets']).map((bucket) => {
      const { key, doc_count: count } = asObject(bucket);
      const { relation, type } = asObject(key);
      return { relation: asText(relation), type: asText(type), letters: asCount(count) };
    });
  });
}
