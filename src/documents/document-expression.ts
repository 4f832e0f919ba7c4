import { formatRelation, type Relation, relationField } from '../sync/relation';
import type { AddedFieldNames } from './fields/added-fields';
import { bucketOfId, hashOfId } from './ids/hashed-id';
import { quoteIdentifier, quoteLiteral } from './sql-text';
import { jsonText } from './types/rendering';

/** A field and the SQL that `row_to_json` prints as its value. */
export interface RenderedField {
  readonly name: string;
  readonly sql: string;
}

/** Parts of a document. */
export interface DocumentParts {
  readonly connectorId: string;
  readonly relation: Relation;
  readonly database: string;
  readonly names: AddedFieldNames;
  readonly fields: readonly RenderedField[];
  readonly commitTimestamps: boolean;
  readonly startedAt: string;
  /** Fields that are true, for an ingest pipeline. */
  readonly pipelineFlags?: readonly string[] | undefined;
  /** Whether the document carries the hash of itself. */
  readonly fingerprinted: boolean;
  /** SQL of members that count the rows of other tables in it. */
  readonly treeRows?: string | undefined;
}

/** Bytes up to which PostgreSQL takes a name; it would cut off the rest in silence. NAMEDATALEN - 1. */
const MAX_NAME_BYTES = 63;

/** Arguments of one call; PostgreSQL allows 100. FUNC_MAX_ARGS. */
const MAX_ARGUMENTS = 50;

/**
 * SQL of a row's document over `t` and `k.id`. The parts that are the same for all rows are put in front as text, which
 * costs a third of rendering them [measured]; `right(…, -1)` takes off a brace without counting characters.
 */
export function documentExpression(parts: DocumentParts): string {
  const { names, fingerprinted, treeRows } = parts;
  const bucket = `${quoteLiteral(constantFields(parts))} || ${bucketOfId('k.id')}::text`;
  const idHash = `${quoteLiteral(`,${JSON.stringify(names.idHash)}:`)} || ${hashOfId('k.id')}::text`;
  const rows = treeRows === undefined ? '' : ` || ${treeRows}`;
  const head = `${bucket} || ${idHash}${timestampField(parts)}${rows}`;
  if (!fingerprinted) return `(${head} || ',' || right(${contentExpression(parts)}, -1))`;
  const hash = `${quoteLiteral(`,${JSON.stringify(names.fingerprint)}:`)} || hashtextextended(c.v, 0)::text`;
  return (
    `(select ${head} || ${hash} || ',' || right(c.v, -1) ` +
    `from (select ${contentExpression(parts)} as v offset 0) as c)`
  );
}

/** SQL of a hash of all that a row itself gives to its document: not of `_timestamp`, which differs from sync to sync. */
export function fingerprintExpression(parts: DocumentParts): string {
  return `hashtextextended(${contentExpression(parts)}, 0)`;
}

function constantFields({ connectorId, relation, database, names, pipelineFlags = [] }: DocumentParts): string {
  const constants = {
    ...Object.fromEntries(pipelineFlags.map((name) => [name, true])),
    [names.database]: database,
    [names.schema]: relation.schema,
    [names.table]: relation.tables ?? relation.table,
    [names.relation]: relationField(connectorId, formatRelation(relation)),
  };
  return `${JSON.stringify(constants).slice(0, -1)},${JSON.stringify(names.bucket)}:`;
}

function timestampField({ names, commitTimestamps, startedAt }: DocumentParts): string {
  const name = `,${JSON.stringify(names.timestamp)}:`;
  if (!commitTimestamps) return ` || ${quoteLiteral(name + JSON.stringify(startedAt))}`;
  const time = `coalesce(pg_xact_commit_timestamp(t.xmin), ${quoteLiteral(startedAt)}::timestamptz)`;
  return ` || ${quoteLiteral(name)} || to_json(${time})::text`;
}

/** The id and the columns as one JSON object; it is never empty. */
function contentExpression({ names, fields }: DocumentParts): string {
  const short = fields.filter(({ name }) => fitsAsName(name));
  const long = fields.filter(({ name }) => !fitsAsName(name));
  const columns = [{ name: names.id, sql: 'k.id' }, ...short].map(
    ({ name, sql }) => `${sql} as ${quoteIdentifier(name)}`,
  );
  const row = `(select row_to_json(d.*) from (select ${columns.join(', ')}) as d)::text`;
  if (long.length === 0) return row;
  const texts = long.map(({ name, sql }) => `${quoteLiteral(`${JSON.stringify(name)}:`)} || ${jsonText(sql)}`);
  return `('{' || ${joinTexts(texts)} || ',' || right(${row}, -1))`;
}

function joinTexts(texts: readonly string[]): string {
  if (texts.length <= MAX_ARGUMENTS) return `concat_ws(',', ${texts.join(', ')})`;
  const groups = Array.from({ length: Math.ceil(texts.length / MAX_ARGUMENTS) }, (_, group) =>
    joinTexts(texts.slice(group * MAX_ARGUMENTS, (group + 1) * MAX_ARGUMENTS)),
  );
  return joinTexts(groups);
}

function fitsAsName(name: string): boolean {
  return new TextEncoder().encode(name).length <= MAX_NAME_BYTES;
}
