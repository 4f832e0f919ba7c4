import type { ConnectorSettings } from '../../config/settings/settings';
import type { SourceProblem } from '../../postgres/catalog/select-relations';
import { SyncFailure } from '../../sync/failures';
import type { ConnectorState } from '../../sync/index-state';
import { type FailedRelation, joinFailures } from '../../sync/relation-failure';
import { findGone, isSelected } from './find-gone';
import type { ProjectedRelation } from './projected-relation';
import { readForgotten, withoutForgotten } from './read-forgotten';
import { type SourceView, throwProblems, toFailedRelation } from './read-source';

/** Relations that a sync reads, those that it should read and can't, and those whose documents are stale. */
export interface PartedView {
  readonly relations: readonly ProjectedRelation[];
  readonly failed: readonly FailedRelation[];
  readonly dropped: readonly string[];
}

/**
 * Parts what can be read from what can't: one relation's trouble is its own.
 * @param forget - relations whose documents may go although they are selected
 * @throws SyncFailure where nothing is left that could be read
 */
export function partReadable(
  settings: ConnectorSettings,
  view: SourceView,
  state: ConnectorState | undefined,
  forget: readonly string[],
): PartedView {
  const forgotten = readForgotten(forget, state, view);
  const problems = withoutForgotten(view.problems, forgotten, settings.selection);
  const failing = new Set(problems.map(({ relation }) => relation));
  const relations = view.relations.filter(({ name }) => !failing.has(name));
  const readable = new Set(relations.map(({ name }) => name));
  const { dropped, lost } = findGone(settings, view, state, { readable, forgotten, failing });
  const failed = [...joinProblems(withoutLost(problems, lost, settings)), ...lost];
  if (relations.length === 0) {
    throwProblems(settings.id, problems);
    if (lost.length > 0) throw joinFailures(settings.id, lost, lost.length);
    if (settings.indexNaming !== undefined) throw tableWent(settings);
  }
  return { relations, failed, dropped };
}

/** An index that nothing is read into must not be emptied. */
function tableWent({ id, indexName }: ConnectorSettings): SyncFailure {
  const message = `Connector ${id}: the table of index ${indexName} is gone. Its documents are kept.`;
  const remedy = `Restore the table, or have its index deleted: pgferry sync ${id} --forget SCHEMA.TABLE`;
  return new SyncFailure('RelationMissing', message, remedy);
}

/** A table that is gone is told of once: as what the index holds, not as the entry of `tables` that finds nothing. */
function withoutLost(
  problems: readonly SourceProblem[],
  lost: readonly FailedRelation[],
  { selection: { schemas } }: ConnectorSettings,
): readonly SourceProblem[] {
  const isTold = ({ type, relation: entry }: SourceProblem) =>
    type === 'RelationMissing' && lost.some(({ relation }) => isSelected({ schemas, tables: [entry] }, relation));
  return problems.filter((problem) => !isTold(problem));
}

function joinProblems(problems: readonly SourceProblem[]): FailedRelation[] {
  const failed = new Map<string, FailedRelation>();
  for (const problem of problems) {
    const { relation, failure } = toFailedRelation(problem);
    const before = failed.get(relation)?.failure;
    const message = before === undefined ? failure.message : `${before.message} ${failure.message}`;
    failed.set(relation, { relation, failure: { ...(before ?? failure), message } });
  }
  return [...failed.values()];
}
