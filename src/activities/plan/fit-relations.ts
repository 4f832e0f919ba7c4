import { buildMapping, type MappingConflict } from '../../documents/index-mapping';
import { compareMapping } from '../../elasticsearch/index/compare-mapping';
import type { IndexDescription } from '../../elasticsearch/index/describe-index';
import { FAILURES } from '../../sync/failures';
import type { IndexMapping } from '../../sync/field-mapping';
import type { FailedRelation, RelationFailure } from '../../sync/relation-failure';
import type { ProjectedRelation } from './projected-relation';

/** Relations whose documents one index can hold, and those whose fields contradict it or others of them. */
export interface FittedRelations {
  readonly relations: readonly ProjectedRelation[];
  readonly mapping: IndexMapping;
  readonly failed: readonly FailedRelation[];
}

/**
 * Leaves out relations whose fields an index can't take: of two that contradict each other the one that is not in the
 * index yet, or the later one, so that a change of one table is that table's trouble alone.
 * @param known - names of relations that the index holds documents of
 */
export function fitRelations(
  relations: readonly ProjectedRelation[],
  index: Pick<IndexDescription, 'concrete' | 'properties'> | undefined,
  known: ReadonlySet<string>,
): FittedRelations {
  const failed = new Map<string, RelationFailure>();
  for (const { name, projection } of relations) {
    const conflicts = index === undefined ? [] : describeIndexConflicts(index, buildMapping([projection]).mapping);
    if (conflicts.length > 0) failed.set(name, conflictOf(conflicts));
  }
  // Those that the index holds come first, and the first of two wins.
  const order = [...relations].sort((a, b) => Number(known.has(b.name)) - Number(known.has(a.name)));
  for (;;) {
    const fitting = order.filter(({ name }) => !failed.has(name));
    const { conflicts } = buildMapping(fitting.map(({ projection }) => projection));
    if (conflicts.length === 0) break;
    for (const [name, messages] of groupByLater(conflicts)) failed.set(name, conflictOf(messages));
  }
  const fitting = relations.filter(({ name }) => !failed.has(name));
  const { mapping } = buildMapping(fitting.map(({ projection }) => projection));
  return { relations: fitting, mapping, failed: [...failed].map(([relation, failure]) => ({ relation, failure })) };
}

function describeIndexConflicts(
  { concrete, properties }: Pick<IndexDescription, 'concrete' | 'properties'>,
  wanted: IndexMapping,
): string[] {
  return compareMapping(properties, wanted).conflicts.map(
    ({ field, existing, wanted: type }) => `Field ${field} of index ${concrete} is ${existing}, and must be ${type}.`,
  );
}

function groupByLater(conflicts: readonly MappingConflict[]): Map<string, string[]> {
  const messages = new Map<string, string[]>();
  for (const { second, message } of conflicts) {
    messages.set(second.relation, [...(messages.get(second.relation) ?? []), message]);
  }
  return messages;
}

function conflictOf(messages: readonly string[]): RelationFailure {
  return { type: 'MappingConflict', message: messages.join(' '), remedy: FAILURES.MappingConflict.remedy };
}
