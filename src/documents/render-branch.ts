import { SyncFailure } from '../sync/failures';
import type { FieldMapping } from '../sync/field-mapping';
import { formatRelation } from '../sync/relation';
import { type BranchField, fromBranch, inOrder, placeBranches, type PlacedBranch } from './branch-rows';
import type { RenderedField } from './document-expression';
import type { DocumentOptions } from './fields/document-options';
import { escapeFieldName } from './fields/escape-field-name';
import { isExcluded, renderField } from './render-field';
import { renderRollup } from './render-rollup';
import { quoteIdentifier } from './sql-text';

/** The fields of branches: their rows, and the rollups beside them. */
export function renderBranches(branches: readonly PlacedBranch[], options: DocumentOptions): BranchField[] {
  return branches.flatMap((placed) => [
    ...(placed.branch.showsRows ? [renderBranch(placed, options)] : []),
    ...placed.branch.rollups.map((rollup) => renderRollup(placed, rollup, options)),
  ]);
}

/**
 * A branch as a field: a list of objects in their order, empty where there are no rows; or one object, null where there
 * is none.
 */
function renderBranch(placed: PlacedBranch, options: DocumentOptions): BranchField {
  const { branch } = placed;
  const fields = renderFields(placed, options);
  const columns = fields.map(({ name, sql }) => `${sql} as ${quoteIdentifier(name)}`);
  const object = `(select row_to_json(d.*) from (select ${columns.join(', ')}) as d)`;
  const rows = `select ${object} as v ${fromBranch(placed)}${inOrder(placed)}`;
  const list = `(select coalesce(json_agg(r.v), '[]'::json) from (${rows}) as r)`;
  return {
    name: branch.name,
    sql: branch.isList ? list : `(${rows})`,
    mapping: mapRows(branch.mapping, fields, 'mapping'),
    narrowest: mapRows(branch.mapping, fields, 'narrowest'),
  };
}

function renderFields({ branch, row, level }: PlacedBranch, options: DocumentOptions): readonly BranchField[] {
  const { relation, name } = branch;
  const own = branch.columns
    .filter(({ column }) => !isExcluded(relation, column, options))
    .map(({ column, field }) => {
      const { narrowest, ...rendered } = renderField(relation, column, escapeFieldName(field).name, options, row);
      return { ...rendered, narrowest: narrowest ?? rendered.mapping };
    });
  const below = renderBranches(placeBranches(branch.branches, row, level + 1), options);
  const fields = [...own, ...below];
  refuseSharedNames(`${formatRelation(relation)}, branch ${name}`, [], fields);
  return fields;
}

function mapRows(
  mapping: PlacedBranch['branch']['mapping'],
  fields: readonly BranchField[],
  part: 'mapping' | 'narrowest',
): FieldMapping {
  if (mapping === 'none') return { type: 'object', enabled: false };
  return { type: mapping, properties: Object.fromEntries(fields.map((field) => [field.name, field[part]])) };
}

/** @throws SyncFailure `InvalidConfig` where a name would stand twice in an object */
export function refuseSharedNames(where: string, taken: readonly string[], fields: readonly RenderedField[]): void {
  const seen = new Set(taken);
  for (const { name } of fields) {
    if (seen.has(name)) {
      throw new SyncFailure(
        'InvalidConfig',
        `${where}: documents.nested makes a second field ${name}`,
        'Call the branch, the rollup or the field of the column otherwise: by its key, or by `rename`.',
      );
    }
    seen.add(name);
  }
}
