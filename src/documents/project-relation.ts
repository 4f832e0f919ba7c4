import type { BasicRule } from '../sync/basic-rule';
import { formatRelation, isReadAsWhole, type Relation } from '../sync/relation';
import { documentExpression, fingerprintExpression } from './document-expression';
import { addedFieldNames, ATTACHMENT_FIELD, listAddedFields } from './fields/added-fields';
import type { DocumentOptions } from './fields/document-options';
import { nameFields } from './fields/field-names';
import { listGatherings } from './gathered-branches';
import { idExpression } from './ids/id-expression';
import { idKeyOf } from './ids/key-of-id';
import { joinTerms } from './measure-branches';
import { omittedExpression } from './omitted-expression';
import { projectBranches } from './project-branches';
import type { Projection, RenderedRows } from './projection';
import { isExcluded, renderField } from './render-field';
import { ruleFilter } from './rules/rule-filter';
import { sizeExpression } from './size-expression';
import { describeTreeRows, renderTreeRows } from './tree-rows';

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
    treeRows: relation.branches !== undefined && !isReadAsWhole(relation),
    attachment: rendered.some(({ name }) => name === ATTACHMENT_FIELD),
  };
  const taken = [...listAddedFields(names, { ...has, fingerprint: true, treeRows: true }), ...rendered].map(
    ({ name }) => name,
  );
  const tree = has.treeRows ? (relation.branches ?? []) : undefined;
  const render = (isGathering: boolean) => {
    const branches = projectBranches(relation, taken, options, isGathering);
    const document = {
      ...{ ...input, names, fields: [...rendered, ...branches.fields], fingerprinted: has.fingerprint },
      treeRows: tree && renderTreeRows(tree, isGathering),
    };
    const size = joinTerms([sizeExpression(columns), branches.size]);
    const omitted = joinTerms([omittedExpression(rendered), branches.omitted]);
    const rows: RenderedRows = {
      document: documentExpression(document),
      ...(size !== undefined && { size }),
      ...(omitted !== undefined && { omitted }),
      ...(branches.crowded !== undefined && { crowded: branches.crowded }),
    };
    return { branches, document, rows };
  };
  const { branches, document, rows } = render(false);
  const gatherings = listGatherings(tree ?? []);
  const id = idExpression(input.connectorId, relation, options.id);
  const idKey = idKeyOf(input.connectorId, relation, options.id);
  const filter = ruleFilter(input.rules ?? [], { relation, database: input.database, names, fields, id });
  return {
    relation: formatRelation(relation),
    id,
    ...(idKey !== undefined && { idKey }),
    ...(filter !== undefined && { filter }),
    ...rows,
    ...(has.fingerprint && { fingerprint: fingerprintExpression(document) }),
    ...(tree !== undefined && { tree: describeTreeRows(tree) }),
    ...(gatherings.length > 0 && { gathered: { ...render(true).rows, gatherings } }),
    fields: [
      ...listAddedFields(names, has),
      ...rendered.map(({ name, column, mapping, narrowest, overridden }) => ({
        name,
        column,
        mapping,
        ...(narrowest !== undefined && { narrowest }),
        ...(overridden !== undefined && { overridden }),
      })),
      ...branches.fields.map(({ name, mapping, narrowest }) => ({ name, mapping, narrowest })),
    ],
    renamed,
  };
}
