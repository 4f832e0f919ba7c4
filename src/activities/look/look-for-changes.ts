import { countDeadLetters } from '../../elasticsearch/dead-letters/count-dead-letters';
import { countByRelation } from '../../elasticsearch/documents/count-documents';
import type { IndexDescription } from '../../elasticsearch/index/describe-index';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { refreshIndex } from '../../elasticsearch/index/refresh-index';
import { countUnchanged } from '../../postgres/ids/count-unchanged';
import { readBoth } from '../../postgres/server/until-in-step';
import { narrowToIndex } from '../../sync/indices/index-naming';
import { emptyReport, type RelationReport } from '../../sync/report';
import type { PlannedRelation, SyncJob } from '../../sync/sync-plan';
import { countUnaccounted } from '../compare/count-unaccounted';
import type { OpenConnector } from '../connector/connector-registry';
import type { ActivityScope } from '../contract/activity-scope';
import type { SyncDescription } from '../plan/plan-sync';
import type { ProjectedRelation } from '../plan/projected-relation';

/** A plan, and what it was made from. */
export interface PlannedLook extends Pick<SyncDescription, 'plan' | 'relations' | 'differences'> {
  /** Absent where the sync makes the index. */
  readonly index?: Pick<IndexDescription, 'state'>;
}

/** Blocks (8 KiB each) up to which one look reads all rows: a gigabyte, some seconds. What is larger is read in parts. */
const MOST_BLOCKS = 131_072;

/** Transactions after which a sync of all steps saves from where changes are read: a moment must not grow too old for that. */
const MOST_TRANSACTIONS = 1_000_000n;

/**
 * Looks whether an incremental sync would find anything to do. That is only said of a plan which writes nothing but the
 * rows that changed, of relations of which none did, and whose documents are as many as their rows: each count in the
 * snapshot that showed that none changed. Changes nothing: the next sync reads from the same moment on.
 * @returns a report for each relation; undefined where there is, or may be, something to do
 */
export async function lookForChanges(
  connector: OpenConnector,
  described: PlannedLook,
  { signal }: Pick<ActivityScope, 'signal'>,
): Promise<readonly RelationReport[] | undefined> {
  if (!isLookEnough(described)) return undefined;
  const { plan, relations } = described;
  const [rows, documents] = await readBoth(
    connector,
    () => countRows(connector, plan.relations, relations, signal),
    () => countDocuments(connector, described),
    signal,
  );
  if (rows === undefined || documents === undefined) return undefined;
  const isSame = plan.relations.every(({ name }) => rows.get(name) === (documents.get(name) ?? 0));
  const isAll = [...documents.keys()].every((name) => rows.has(name));
  if (!isSame || !isAll) return undefined;
  return [...rows].map(([name, count]) => ({ ...emptyReport(name), read: count, unchanged: count }));
}

/** Whether a sync of the plan would only read rows that changed, count, and note from where the next one reads. */
function isLookEnough({ plan: { job, failed, relations }, index, differences }: PlannedLook): boolean {
  const isPlain =
    job.jobType === 'incremental' && job.pipelines === undefined && job.adopt === undefined && failed === undefined;
  // Settings that a broken-off sync left behind are for the next one to put back.
  const isInOrder = index !== undefined && index.state.restore === undefined && differences.length === 0;
  const blocks = relations.flatMap(({ leaves }) => leaves).reduce((sum, [, , size]) => sum + size, 0);
  return isPlain && isInOrder && blocks <= MOST_BLOCKS && relations.every((relation) => isRefreshed(relation, job));
}

/** What is read as a whole has no moment since which rows are read. */
function isRefreshed({ since, leaves }: PlannedRelation, { watermark }: SyncJob): boolean {
  if (since === undefined || BigInt(watermark) - BigInt(since) > MOST_TRANSACTIONS) return false;
  return leaves.every(([, , , copy]) => copy === 0);
}

/** @returns undefined where a row changed */
async function countRows(
  { source }: OpenConnector,
  planned: readonly PlannedRelation[],
  projected: readonly ProjectedRelation[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | undefined> {
  const byName = new Map(projected.map((relation) => [relation.name, relation]));
  const counts = new Map<string, number>();
  for (const { name, since: watermark, unseen } of planned) {
    const found = byName.get(name);
    if (found === undefined || watermark === undefined || !('leaves' in found.rows)) return undefined;
    const { filter } = found.projection;
    const since = { watermark, ...(unseen === undefined ? {} : { unseen }) };
    const request = { rows: found.rows, since, signal, ...(filter === undefined ? {} : { filter }) };
    const count = await countUnchanged(source, request);
    if (count === undefined) return undefined;
    counts.set(name, count);
  }
  return counts;
}

/** @returns undefined where a row was rejected or dropped, or documents are met that nobody accounts for */
async function countDocuments(
  { elasticsearch, settings }: OpenConnector,
  { plan: { job, relations, dropped } }: PlannedLook,
): Promise<ReadonlyMap<string, number> | undefined> {
  const asked = narrowToIndex(settings, [...relations.map(({ name }) => name), ...dropped]);
  const letters = await countDeadLetters(elasticsearch, deadLetterIndexName(job), job.connectorId, asked);
  if (letters.size > 0) return undefined;
  await refreshIndex(elasticsearch, job.concreteIndex);
  const documents = await countByRelation(elasticsearch, job.concreteIndex, job.connectorId);
  const own = [...documents.values()].reduce((sum, count) => sum + count, 0);
  const { unaccounted, remembered } = await countUnaccounted(elasticsearch, job, own);
  return unaccounted === remembered ? documents : undefined;
}
