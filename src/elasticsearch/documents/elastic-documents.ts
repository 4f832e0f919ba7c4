import type { Client } from '@elastic/elasticsearch';

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
 * Counts documents of Elastic's connector: those with its fields `id`, `database`, `schema` and `table`, and without pgferry's
 * own. Sees what was refreshed.
 */
export async function countElasticDocuments(client: Client, documents: ElasticDocuments): Promise<number> {
  const query = toQuery(documents);
  if (query === undefined) return 0;
  const doing = `looking for documents of Elastic's connector in ${documents.index}`;
  const request = {
    index: documents.index,
    size: 0,
    track_total_hits: true,
    allow_partial_search_results: false,
    query,
  };
  const answer: unknown = await translateFailures(doing, () => client.search(request));
  return readAnswer(doing, () => asCount(asObject(asObject(asObject(answer)['hits'])['total'])['value']));
}

/** Deletes those documents; begun again it goes on. Returns how many this call deleted. Sees what was refreshed. */
export async function deleteElasticDocuments(client: Client, documents: ElasticDocuments): Promise<number> {
  const { index } = documents;
  const query = toQuery(documents);
  if (query === undefined) return 0;
  const doing = `deleting documents of Elastic's connector in ${index}`;
  let deleted = 0;
  for await (const page of scanPages(client, { index, query })) {
    if (page.length === 0) continue;
    const operations = page.map(({ _id: id }) => ({ delete: { _id: id } }));
    const answer: unknown = await translateFailures(doing, () => client.bulk({ index, operations }));
    const statuses = readAnswer(doing, () =>
      asList(asObject(answer)['items']).map((item) => asCount(asObject(asObject(item)['delete'])['status'])),
    );
    if (statuses.some((status) => status !== DELETED && status !== GONE)) throw damagedAnswer(doing);
    deleted += statuses.filter((status) => status === DELETED).length;
  }
  return deleted;
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
