import type { BasicRule } from '../sync/basic-rule';
import type { DocumentField } from '../sync/field-mapping';
import { type Column, formatRelation, isReadAsWhole, type Relation } from '../sync/relation';
import { documentExpression, fingerprintExpression, type RenderedField } from './document-expression';
import { addedFieldNames, ATTACHMENT_FIELD, listAddedFields } from './fields/added-fields';
import { listColumnNames } from './fields/column-names';
import type { DocumentOptions } from './fields/document-options';
import { nameFields } from './fields/field-names';
import { idExpression } from './ids/id-expression';
import { omittedExpression, type RenderedValue } from './omitted-expression';
import { refuseOverride } from './overrides/refuse-override';
import { renderOverride } from './overrides/render-override';
import type { Projection } from './projection';
import { ruleFilter } from './rules/rule-filter';
import { sizeExpression } from './size-expression';
import { quoteIdentifier } from './sql-text';
import { renderType } from './types/render-type';

export interface ProjectionInput {
  readonly connectorId: string;
  readonly relation: Relation;
  readonly database: string;
  readonly options: DocumentOptions;
  /** Whether `pg_xact_commit_timestamp(t.xmin)` can be asked. */
  readonly commitTimestamps: boolean;
  /** ISO 8601: `_timestamp` of rows without a commit timestamp. */
  readonly startedAt: string;
  /** Fields that are true, for an ingest pipeline. */
  readonly pipelineFlags?: readonly string[] | undefined;
  /**
   * Basic sync rules, in their order.
   * @default []
   */
  readonly rules?: readonly BasicRule[];
}

/**
 * Describes in SQL how the rows of a relation become documents.
 * @throws SyncFailure `MappingConflict` when two columns would share a field; `InvalidConfig` for a connector id too
 * long, and for a mapping into which a column's values can't be turned; `InvalidRule` for a basic rule that can't be.
 */
export function projectRelation(input: ProjectionInput): Projection {
  const { relation, options } = input;
  const columns = relation.columns.filter((column) => !isExcluded(relation, column, options));
  const { fields, renamed } = nameFields(relation, columns, options);
  const rendered = fields.map(({ column, field }) => renderField(relation, column, field, options));
  const names = addedFieldNames(options.fieldNames);
  const has = {
    fingerprint: isReadAsWhole(relation),
    attachment: rendered.some(({ name }) => name === ATTACHMENT_FIELD),
  };
  const document = { ...input, names, fields: rendered, fingerprinted: has.fingerprint };
  const size = sizeExpression(columns);
  const omitted = omittedExpression(rendered);
  const id = idExpression(input.connectorId, relation);
  const filter = ruleFilter(input.rules ?? [], { relation, database: input.database, names, fields, id });
  return {
    relation: formatRelation(relation),
    id,
    ...(filter !== undefined && { filter }),
    document: documentExpression(document),
    ...(has.fingerprint && { fingerprint: fingerprintExpression(document) }),
    ...(size !== undefined && { size }),
    ...(omitted !== undefined && { omitted }),
    fields: [
      ...listAddedFields(names, has),
      ...rendered.map(({ name, column, mapping, narrowest, overridden }) => ({
        name,
        column,
        mapping,
        ...(narrowest !== undefined && { narrowest }),
        ...(overridden !== undefined && { overridden }),
      })),
    ],
    renamed,
  };
}

function isExcluded(relation: Relation, column: Column, { excludeColumns }: DocumentOptions): boolean {
  return listColumnNames(relation, column).some((name) => excludeColumns.includes(name));
}

function renderField(
  relation: Relation,
  column: Column,
  name: string,
  { json, mapping: overrides }: DocumentOptions,
): RenderedField & RenderedValue & DocumentField & { readonly column: string } {
  const own = renderType(column.type, json);
  const override = listColumnNames(relation, column)
    .map((columnName) => overrides[columnName])
    .find((candidate) => candidate !== undefined);
  const { rendering, problem } =
    override === undefined ? { rendering: own } : renderOverride(column.type, override, json);
  if (rendering === undefined) throw refuseOverride(relation, column, override ?? {}, problem);
  const { render, mapping, narrowest, omitted } = rendering;
  const value = `t.${quoteIdentifier(column.name)}`;
  return {
    name,
    column: column.name,
    mapping,
    ...(override !== undefined ? { overridden: own.mapping } : narrowest !== undefined && { narrowest }),
    value,
    sql: render(value),
    ...(omitted !== undefined && { omitted }),
  };
}
