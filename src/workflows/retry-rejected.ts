import { tooManyRejected } from '../sync/rejection-guard';
import type { ActivityProxies } from './activity-policies';
import { refuseRejections } from './refuse-rejections';
import { cutList } from './run-concurrently';
import { runConcurrently } from './run-concurrently';
import { summarizeNames } from './summaries';
import { recordReports, soundRelations, type SyncRun } from './sync-run';

/** Relations whose dead letters one activity tries again. */
const RELATIONS_PER_RETRY = 100;

/**
 * Tries the rows of earlier dead letters again, unchanged as they are. Those that are rejected once more count as
 * rejected by this sync, but not in the share of what it has read: they were accepted before.
 */
export async function retryRejected(run: SyncRun, activities: ActivityProxies): Promise<void> {
  refuseRejections(run, tooManyRejected);
  const { job } = run.plan;
  const named = soundRelations(run).map(({ name, oid }) => ({ name, oid }));
  await runConcurrently(cutList(named, RELATIONS_PER_RETRY), run.facts.concurrency, async (relations) => {
    const summary = `dead letters of ${summarizeNames(relations.map(({ name }) => name))}`;
    const input = { job, relations, round: run.round };
    recordReports(run, await activities.data.retryRejected.executeWithOptions({ summary }, [input]));
  });
}
