import type { TableSelection } from '../../config/settings/settings';
import type { SourceProblem } from '../../postgres/catalog/select-relations';
import { SyncFailure } from '../../sync/failures';
import type { ConnectorState } from '../../sync/index-state';
import { plainName } from '../../sync/relation';
import { isSelected } from './find-gone';
import type { SourceView } from './read-source';

/**
 * The relations that `--forget` names, as the index knows them; they may be written with or without percent-encoding.
 * @throws SyncFailure `InvalidConfig` for one that the index does not hold, and for one that can be read: its documents
 * would come back
 */
export function readForgotten(
  names: readonly string[],
  state: ConnectorState | undefined,
  { relations }: SourceView,
): ReadonlySet<string> {
  const known = Object.keys(state?.relations ?? {});
  const readable = new Set(relations.map(({ name }) => name));
  const forgotten = names.map((given) => {
    const name = known.find((candidate) => candidate === given || plainName(candidate) === given);
    if (name === undefined) {
      const list = known.length === 0 ? 'none' : known.join(', ');
      const message = `--forget ${given}: the index holds no documents of it. Relations in the index: ${list}.`;
      throw new SyncFailure('InvalidConfig', message, 'Name a relation as the index knows it: schema.table.');
    }
    return name;
  });
  const needless = forgotten.filter((name) => readable.has(name));
  if (needless.length > 0) {
    const message = `--forget ${needless.join(', ')}: it can be read, so its documents would come back.`;
    throw new SyncFailure(
      'InvalidConfig',
      message,
      'Take it out of "tables": then the next sync deletes its documents.',
    );
  }
  return new Set(forgotten);
}

/** Leaves the problems of forgotten relations out of those of the source. */
export function withoutForgotten(
  problems: readonly SourceProblem[],
  forgotten: ReadonlySet<string>,
  selection: TableSelection,
): readonly SourceProblem[] {
  return problems.filter((problem) => !isOfForgotten(problem, forgotten, selection));
}

/** Whether a problem is of a forgotten relation. */
export function isOfForgotten(
  { relation, type }: Pick<SourceProblem, 'relation' | 'type'>,
  forgotten: ReadonlySet<string>,
  { schemas }: TableSelection,
): boolean {
  if (forgotten.has(relation)) return true;
  // A table that is gone has no relation: the problem speaks of the entry of `tables`.
  return type === 'RelationMissing' && [...forgotten].some((name) => isSelected({ schemas, tables: [relation] }, name));
}
