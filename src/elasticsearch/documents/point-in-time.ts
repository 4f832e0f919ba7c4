import { isDeepStrictEqual } from 'node:util';
import type { Client, estypes } from '@elastic/elasticsearch';

import { asObject, asText, damagedAnswer, readAnswer } from '../answers/read-answer';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';

const KEEP_ALIVE = '5m';

/** A search that is read page by page as of one point in time. */
export interface PagedReading {
  readonly index: string;
  /** For messages: completes "Elasticsearch failed ...". */
  readonly doing: string;
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether an index that is not there has no pages, and is no failure.
   * @default false
   */
  readonly mayBeMissing?: boolean;
}

/** Answers may give a point in time another id, which is the one to use from then on. */
export interface PointInTime {
  id: string;
}

/** Opens a point in time for whatever reads pages as of it, and closes it in the end. */
export async function* atPointInTime<Page>(
  client: Client,
  { index, doing, signal, mayBeMissing = false }: PagedReading,
  readPages: (pit: PointInTime) => AsyncIterable<Page>,
): AsyncGenerator<Page, void, undefined> {
  const open = () => client.openPointInTime({ index, keep_alive: KEEP_ALIVE }, signal === undefined ? {} : { signal });
  const opened: unknown = await translateFailures(doing, () => (mayBeMissing ? unlessMissing(open) : open()));
  if (mayBeMissing && opened === undefined) return;
  const pit = { id: readAnswer(doing, () => asText(asObject(opened)['id'])) };
  try {
    yield* readPages(pit);
  } finally {
    // It would expire by itself: failing to close it must not hide what ended the reading.
    await client.closePointInTime({ id: pit.id }).catch(() => undefined);
  }
}

/** A page, and where the next one begins: behind the last hit's sort values; absent where no other follows. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: unknown;
}

/**
 * Reads pages one after the other; empty ones are passed over.
 * @throws SyncFailure `DestinationUnavailable` for the same page again, since that would never end
 */
export async function* followPages<Item>(
  doing: string,
  readPage: (after: unknown) => Promise<Page<Item>>,
): AsyncGenerator<readonly Item[], void, undefined> {
  let after: unknown;
  do {
    const { items, next } = await readPage(after);
    if (next !== undefined && isDeepStrictEqual(next, after)) throw damagedAnswer(doing);
    if (items.length > 0) yield items;
    after = next;
  } while (after !== undefined);
}

/** The part of a search that makes it a page of {@link followPages}. */
export function pageAfter({ id }: PointInTime, after: unknown) {
  return {
    pit: { id, keep_alive: KEEP_ALIVE },
    sort: [{ _shard_doc: 'asc' }] satisfies estypes.Sort,
    track_total_hits: false,
    ...(after === undefined ? {} : { search_after: after as estypes.SortResults }),
  };
}
