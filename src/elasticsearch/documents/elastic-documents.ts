import type { Client, estypes } from '@elastic/elasticsearch';

import type { FieldMapping } from '../../sync/field-mapping';
import { OWN_FIELDS } from '../../sync/own-fields';
import { asCount, asList, asObject, damagedAnswer, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import { scanPages } from './scan-pages';

/** Documents that Elastic's own connector has made of a database. */
export interface ElasticDocuments {
  readonly index: string;
  /** Fields of the index by name: they say how a field is to be searched. */
  readonly properties: Readonly<Record<string, FieldMapping>>;
  readonly database: string;
  readonly schemas: readonly string[];
}

/** Fields of each of its documents. */
const FIELDS = ['id', 'database', 'schema', 'table'] as const;
const DELETED = 200;
const GONE = 404;

/**
 * Counts documents of Elastic's connector: those with its fields `id`, `database`, `schema` and `table`, without pgferry's
 * own, and under ids that it gives. Sees what was refreshed.
 */
export async function countElasticDocuments(client: Client, documents: ElasticDocuments): Promise<number> {
  let count = 0;
  for await (const ids of scanElasticIds(client, documents)) count += ids.length;
  return count;
}

/** Deletes those documents; begun again it goes on. Returns how many this call deleted. Sees what was refreshed. */
export async function deleteElasticDocuments(client: Client, documents: ElasticDocuments): Promise<number> {
  const { index } = documents;
  const doing = `deleting documents of Elastic's connector in ${index}`;
  let deleted = 0;
  for await (const ids of scanElasticIds(client, documents)) {
    const operations = ids.map((id) => ({ delete: { _id: id } }));
    const answer: unknown = await translateFailures(doing, () => client.bulk({ index, operations }));
    const statuses = readAnswer(doing, () =>
      asList(asObject(answer)['items']).map((item) => asCount(asObject(asObject(item)['delete'])['status'])),
    );
    if (statuses.some((status) => status !== DELETED && status !== GONE)) throw damagedAnswer(doing);
    deleted += statuses.filter((status) => status === DELETED).length;
  }
  return deleted;
}

/** It hashes ids of more than 512 bytes. */
const HASHED = /^[0-9a-f]{32}$/u;

/** The query may find more: by the words of a text, or in lower case. Ids are what they are. */
async function* scanElasticIds(client: Client, documents: ElasticDocuments): AsyncGenerator<readonly string[], void> {
  const { index, database, schemas } = documents;
  const query = toQuery(documents);
  if (query === undefined || !(await finds(client, index, query))) return;
  const starts = schemas.map((schema) => `${database}_${schema}_`);
  for await (const page of scanPages(client, { index, query })) {
    const ids = page.map(({ _id: id }) => id);
    const theirs = ids.filter((id) => HASHED.test(id) || starts.some((start) => id.startsWith(start)));
    if (theirs.length > 0) yield theirs;
  }
}

/** One request for all syncs of an index without such documents. */
async function finds(client: Client, index: string, query: estypes.QueryDslQueryContainer): Promise<boolean> {
  const doing = `looking for documents of Elastic's connector in ${index}`;
  const answer: unknown = await translateFailures(doing, () => client.count({ index, query }));
  return readAnswer(doing, () => asCount(asObject(answer)['count'])) > 0;
}

/** Undefined where the index lacks one of the fields, and so holds no such document. */
function toQuery({ properties, database, schemas }: ElasticDocuments) {
  if (FIELDS.some((field) => properties[field] === undefined)) return undefined;
  return {
    bool: {
      filter: [
        ...FIELDS.map((field) => ({ exists: { field } })),
        equals(properties, 'database', [database]),
        equals(properties, 'schema', schemas),
      ],
      must_not: [{ exists: { field: OWN_FIELDS.relation } }],
    },
  };
}

/** By the part of the field that holds values as they are; where there is none, a text is found by its words. */
function equals(properties: ElasticDocuments['properties'], name: string, values: readonly string[]) {
  const { type, fields = {} } = properties[name] ?? {};
  const [part] = Object.entries(asObject(fields)).find(([, field]) => asObject(field)['type'] === 'keyword') ?? [];
  const exact = type === 'keyword' ? name : part === undefined ? undefined : `${name}.${part}`;
  if (exact !== undefined) return { terms: { [exact]: [...values] } };
  return { bool: { should: values.map((value) => ({ match_phrase: { [name]: value } })), minimum_should_match: 1 } };
}
