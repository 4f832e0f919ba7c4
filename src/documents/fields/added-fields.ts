import type { DocumentField, FieldMapping } from '../../sync/field-mapping';
import { OWN_FIELDS, ROWS_FIELDS } from '../../sync/own-fields';
import { TEXT } from './field-mappings';

/** The names of the fields that pgferry adds to each document. */
export interface AddedFieldNames {
  readonly id: string;
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  readonly timestamp: string;
  readonly relation: string;
  readonly bucket: string;
  readonly idHash: string;
  /** Only on documents of views, foreign tables and rules. */
  readonly fingerprint: string;
}

/**
 * The added fields' names. In plain mode all start with `_`, so that columns called `id` or `table` keep their names;
 * the id is `_key_id` there, because Elasticsearch keeps `_id` for itself.
 */
export function addedFieldNames(fieldNames: 'prefixed' | 'plain'): AddedFieldNames {
  return fieldNames === 'plain'
    ? { id: '_key_id', database: '_database', schema: '_schema', table: '_table', ...OWN_FIELDS }
    : { id: 'id', database: 'database', schema: 'schema', table: 'table', ...OWN_FIELDS };
}

const NAMES = ['id', 'database', 'schema', 'table', 'timestamp', 'relation', 'bucket', 'idHash'] as const;

const MAPPINGS: Readonly<Record<keyof AddedFieldNames, FieldMapping>> = {
  id: { type: 'keyword' },
  database: { type: 'keyword' },
  schema: { type: 'keyword' },
  table: { type: 'keyword' },
  timestamp: { type: 'date', ignore_malformed: true },
  relation: { type: 'keyword' },
  bucket: { type: 'integer' },
  idHash: { type: 'integer' },
  fingerprint: { type: 'long' },
};

/** Field of the column that `documents.attachment` names, where ingest pipelines look for a file. */
export const ATTACHMENT_FIELD = '_attachment';

/** Field into which Elastic's default pipeline puts the text of an attachment. */
const ATTACHMENT_TEXT: DocumentField = { name: 'body', mapping: TEXT };

/** Fields that count the rows of other tables in a document. */
const ROWS: readonly DocumentField[] = [
  { name: ROWS_FIELDS.rows, mapping: { type: 'long' } },
  { name: ROWS_FIELDS.rowsHash, mapping: { type: 'long', index: false } },
];

/** The fields that pgferry adds to a relation's documents, with their mappings. */
export function listAddedFields(
  names: AddedFieldNames,
  has: { readonly fingerprint: boolean; readonly attachment: boolean; readonly treeRows: boolean },
): DocumentField[] {
  const parts = has.fingerprint ? [...NAMES, 'fingerprint' as const] : NAMES;
  const fields = parts.map((part): DocumentField => ({ name: names[part], mapping: MAPPINGS[part] }));
  return [...fields, ...(has.treeRows ? ROWS : []), ...(has.attachment ? [ATTACHMENT_TEXT] : [])];
}
