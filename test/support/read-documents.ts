import { elasticsearchUrl } from './elasticsearch';

/** A document as Elasticsearch keeps it; every number is its text, digit by digit. */
export interface StoredDocument {
  readonly _id: string;
  readonly _source: Readonly<Record<string, unknown>>;
}

const PAGE = 10_000;

/** Reads all documents of an index that a query finds, in pages, in the order of their ids. */
export async function* readDocuments(index: string, query: object = { match_all: {} }): AsyncGenerator<StoredDocument> {
  let after: readonly unknown[] | undefined;
  do {
    const body = { size: PAGE, sort: ['id'], query, ...(after === undefined ? {} : { search_after: after }) };
    const { hits } = parseExactly(await post(`${index}/_search`, body)) as {
      hits: { hits: (StoredDocument & { sort: unknown[] })[] };
    };
    yield* hits.hits;
    after = hits.hits.at(-1)?.sort;
  } while (after !== undefined);
}

/** Documents that a query finds, as Elasticsearch counts them; it is refreshed first. */
export async function countDocuments(index: string, query: object = { match_all: {} }): Promise<number> {
  await post(`${index}/_refresh`, undefined);
  const { count } = JSON.parse(await post(`${index}/_count`, { query })) as { count: number };
  return count;
}

async function post(path: string, body: object | undefined): Promise<string> {
  const answer = await fetch(`${elasticsearchUrl()}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}: ${text.slice(0, 500)}`);
  return text;
}

/** JSON whose numbers stay text: JavaScript's would lose digits of bigint and numeric. */
function parseExactly(json: string): unknown {
  return JSON.parse(
    json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gu, (token) => (token.startsWith('"') ? token : `"${token}"`)),
  );
}
