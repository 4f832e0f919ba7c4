import { skipValue, visitElements, visitMembers } from './raw-json';
import { asText } from './read-answer';

/** A document as Elasticsearch keeps it. */
export interface StoredDocument {
  readonly id: string;
  /** The bytes that were indexed, every digit of them. */
  readonly source: Buffer;
}

/** Content of the answer to a search or to a request for several ids. */
export interface Hits {
  readonly documents: readonly StoredDocument[];
  /** Hits with and without a source. */
  readonly hits: number;
  /** Ids that Elasticsearch failed to look up. */
  readonly errors: number;
  /** Sort values of the last one, to go on behind it. */
  readonly lastSort?: unknown;
}

/**
 * Cuts the documents out of an answer of Elasticsearch, whose JSON parser would round their numbers. The sources are
 * parts of `answer`, not copies.
 * @param list - name of the list: `hits` of a search, within the object `hits`; `docs` of `_mget`
 * @throws Error for what is no such answer
 */
export function cutHits(answer: Buffer, list: 'hits' | 'docs'): Hits {
  const documents: StoredDocument[] = [];
  let [hits, errors] = [0, 0];
  let sort: Buffer | undefined;
  let lists = 0;
  const visitHit = (start: number) => {
    const hit = cutHit(answer, start);
    hits += 1;
    if (hit.failed) errors += 1;
    if (hit.source !== undefined) documents.push({ id: hit.id, source: hit.source });
    sort = hit.sort;
    return hit.end;
  };
  const visitList = (key: string, start: number) => {
    if (key !== list) return skipValue(answer, start);
    lists += 1;
    return visitElements(answer, start, visitHit);
  };
  visitMembers(answer, 0, (key, start) =>
    key === 'hits' ? visitMembers(answer, start, visitList) : visitList(key, start),
  );
  if (lists === 0) throw new Error('an answer without its list');
  return {
    documents,
    hits,
    errors,
    ...(sort === undefined ? {} : { lastSort: JSON.parse(sort.toString()) as unknown }),
  };
}

interface Hit {
  readonly id: string;
  readonly source?: Buffer;
  readonly sort?: Buffer;
  readonly failed: boolean;
  readonly end: number;
}

function cutHit(answer: Buffer, start: number): Hit {
  const found: Partial<Record<string, Buffer>> = {};
  const end = visitMembers(answer, start, (key, valueStart) => {
    const valueEnd = skipValue(answer, valueStart);
    if (key === '_id' || key === '_source' || key === 'sort' || key === 'error')
      found[key] = answer.subarray(valueStart, valueEnd);
    return valueEnd;
  });
  const { _id: id = Buffer.from('""'), _source: source, sort, error } = found;
  return {
    id: asText(JSON.parse(id.toString())),
    ...(source === undefined ? {} : { source }),
    ...(sort === undefined ? {} : { sort }),
    failed: error !== undefined,
    end,
  };
}
