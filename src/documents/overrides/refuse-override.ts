import { SyncFailure } from '../../sync/failures';
import type { FieldMapping } from '../../sync/field-mapping';
import { type Column, formatRelation, type Relation } from '../../sync/relation';
import { listPossibleTypes } from './render-override';

/**
 * The failure for a mapping that a column can't have.
 * @param reason - why not, where it is the mapping's parameters rather than its type
 */
export function refuseOverride(
  relation: Relation,
  { name, type }: Column,
  mapping: FieldMapping,
  reason = `values of this type can't be turned into ${mapping.type ?? 'object'}`,
): SyncFailure {
  return new SyncFailure(
    'InvalidConfig',
    `documents.mapping makes column "${name}" of ${formatRelation(relation)}, which is of type ${type.sqlName}, ` +
      `a ${mapping.type ?? 'object'}: ${reason}`,
    `A column of type ${type.sqlName} can be mapped as ${listPossibleTypes(type).join(', ')}; an advanced sync rule ` +
      'can make a value of another type of it.',
  );
}
