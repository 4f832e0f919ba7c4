import type { ConnectorSettings } from '../../config/settings/settings';
import { describeUnlocked } from '../../postgres/catalog/describe-unlocked';
import { findUnreadableViews } from '../../postgres/catalog/find-unreadable-views';
import { selectRelations, type SourceProblem } from '../../postgres/catalog/select-relations';
import { type LockPatience, startLockPatience } from '../../postgres/connection/lock-patience';
import type { Source } from '../../postgres/connection/source';
import { withTransaction } from '../../postgres/connection/transaction';
import { rowSourceOf } from '../../postgres/rows/row-source';
import { probeSource, type SourceProbe } from '../../postgres/server/probe-source';
import { findRootless } from '../../postgres/trees/find-rootless';
import { growTrees } from '../../postgres/trees/grow-trees';
import { requireRenderable } from '../../postgres/trees/require-renderable';
import { FAILURES, SyncFailure } from '../../sync/failures';
import { isOneOfMany } from '../../sync/indices/index-naming';
import { formatRelation, type Relation, type SkippedRelation } from '../../sync/relation';
import type { FailedRelation } from '../../sync/relation-failure';
import type { OpenConnector } from '../connector/connector-registry';
import type { NamedRelation } from '../contract/activity-inputs';
import { projectSource, type SourceRelation } from './project-source';
import type { ProjectedRelation } from './projected-relation';
import { readRules } from './read-rules';

/** The source as it is now: the connector's relations, those left out, and problems. */
export interface SourceView {
  readonly probe: SourceProbe;
  readonly relations: readonly ProjectedRelation[];
  readonly skipped: readonly SkippedRelation[];
  readonly problems: readonly SourceProblem[];
}

/** Resolves the connector's tables, or its advanced rules, and describes each: columns, key, leaves, projection. */
export async function readSource(
  { settings, source }: Pick<OpenConnector, 'settings' | 'source'>,
  startedAt: string,
): Promise<SourceView> {
  const probe = await probeSource(source);
  const patience = startLockPatience(settings.source.lockTimeoutMs);
  const isRuled = settings.rules.advanced.length > 0;
  const found = isRuled
    ? { ...(await readRules(settings, source, patience)), skipped: [] }
    : await readTables(settings, source, patience);
  const { relations, problems } = await projectAll({ settings, source }, found.relations, { probe, startedAt });
  const all = [...found.problems, ...problems];
  const described = found.relations.map(({ relation }) => relation);
  // Trees hold for all indices of a connector: who lists those looks for their roots.
  const isOfAll = settings.indexNaming === undefined;
  const rootless = isOfAll ? findRootless(settings, described, { problems: all, skipped: found.skipped }) : [];
  return { probe, relations, skipped: found.skipped, problems: [...all, ...rootless] };
}

async function readTables(settings: ConnectorSettings, source: Source, patience: LockPatience) {
  const { selection, documents } = settings;
  const within = isOneOfMany(settings) ? settings : undefined;
  const { selected, skipped, problems } = await withTransaction(source, (tx) =>
    selectRelations(tx, selection, documents.idColumns, within),
  );
  const oids = selected.map(({ oid }) => oid);
  const described = await describeUnlocked(source, oids, documents, patience);
  const unreadable = await findUnreadableViews(source, described.relations, patience);
  const grown = await growTrees(source, described.relations, settings, patience);
  return {
    skipped,
    relations: grown.relations.map(placeRelation),
    problems: [...problems, ...described.problems, ...unreadable, ...grown.problems],
  };
}

function placeRelation(relation: Relation): SourceRelation {
  return { relation, rows: rowSourceOf(relation) };
}

/** Relations of a plan as they are now, without those that are gone, and those that can't be read. */
export interface RelationsNow {
  readonly relations: readonly ProjectedRelation[];
  readonly failed: readonly FailedRelation[];
}

/** Describes relations of a plan, as they are now. */
export async function readRelations(
  { settings, source }: Pick<OpenConnector, 'settings' | 'source'>,
  planned: readonly NamedRelation[],
  startedAt: string,
): Promise<RelationsNow> {
  const probe = await probeSource(source);
  const oids = planned.flatMap(({ oid }) => (oid === 0 ? [] : [oid]));
  const patience = startLockPatience(settings.source.lockTimeoutMs);
  const tables = await describeUnlocked(source, oids, settings.documents, patience);
  const trees = await growTrees(source, tables.relations, settings, patience);
  const ruleNames = planned.flatMap(({ name, oid }) => (oid === 0 ? [name] : []));
  const rules = await readRules(settings, source, patience, new Set(ruleNames));
  const described = [...trees.relations.map(placeRelation), ...rules.relations];
  const projected = await projectAll({ settings, source }, described, { probe, startedAt });
  const problems = [...tables.problems, ...trees.problems, ...rules.problems, ...projected.problems];
  const failed = problems.map(toFailedRelation);
  const failedNames = new Set(failed.map(({ relation }) => relation));
  return { relations: projected.relations.filter(({ name }) => !failedNames.has(name)), failed };
}

/** Turns a problem with a relation into one that the sync leaves out as failed. */
export function toFailedRelation({ relation, type, message, remedy }: SourceProblem): FailedRelation {
  return { relation, failure: { type, message, remedy: remedy ?? FAILURES[type].remedy } };
}

async function projectAll(
  { settings, source }: Pick<OpenConnector, 'settings' | 'source'>,
  described: readonly SourceRelation[],
  { probe, startedAt }: { readonly probe: SourceProbe; readonly startedAt: string },
): Promise<Pick<SourceView, 'relations' | 'problems'>> {
  const relations: ProjectedRelation[] = [];
  const problems: SourceProblem[] = [];
  for (const relation of described) {
    try {
      const projected = projectSource(settings, relation, probe, startedAt);
      await requireRenderable(source, projected.relation, projected.projection);
      relations.push(projected);
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.retryable) throw error;
      const { type, message, remedy } = error;
      problems.push({ type, relation: formatRelation(relation.relation), message: `${message}.`, remedy });
    }
  }
  return { relations, problems };
}

/** @throws SyncFailure with every problem in its message, the type of the first, and the remedies of all */
export function throwProblems(connectorId: string, problems: readonly SourceProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const messages = [...new Set(problems.map(({ message }) => message))];
  const remedies = [...new Set(problems.map(({ type, remedy }) => remedy ?? FAILURES[type].remedy))];
  throw new SyncFailure(first.type, `Connector ${connectorId}: ${messages.join(' ')}`, remedies.join(' '));
}
