import { ActivityFailure, CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';

import type { CatchUpInput } from '../activities/contract/activity-inputs';
import type { CatchUpResult } from '../activities/contract/activity-results';
import { type Checkpoint, NO_CHECKPOINT } from '../sync/checkpoint';
import { FAILURES } from '../sync/failures';
import { type CopyTask, cutTasks } from '../sync/partitions';
import type { FailedRelation } from '../sync/relation-failure';
import type { PlannedRelation } from '../sync/sync-plan';
import type { ActivityProxies } from './activity-policies';
import { isHistoryLong } from './history-limit';
import { cutList } from './run-concurrently';
import { runConcurrently } from './run-concurrently';
import { summarizeNames, summarizeTask } from './summaries';
import type { SyncControl } from './sync-control';
import { hasFailed, recordChanged, recordFailed, recordReports, type SyncRun } from './sync-run';

/** A relation that changes its definition or file more often than this during one sync ends it. */
const MAX_ROUNDS = 5;
/** Relations whose keys, or changed rows, one activity reads. */
const RELATIONS_PER_BATCH = 100;

/**
 * Steps 4 and 5, copy and catch up, in rounds: what changed under the sync is planned and copied again.
 * @returns false when the history is long enough that the rest should run as a new one
 */
export async function copyRelations(run: SyncRun, activities: ActivityProxies, control: SyncControl): Promise<boolean> {
  for (;;) {
    control.show({ phase: 'copy' });
    if (run.tasksDone === 0) await refuseSharedKeys(run, activities);
    if (!(await copyTasks(run, activities, control))) return false;
    control.show({ phase: 'catch up' });
    await catchUp(run, activities, control);
    run.changed = run.changed.filter((name) => !hasFailed(run, name));
    if (run.changed.length === 0) return true;
    await planAgain(run, activities);
    if (run.again?.length === 0) return true;
  }
}

/** All relations of the round, also those that failed in it: the list of tasks must stay the same. */
function relationsOfRound(run: SyncRun): readonly PlannedRelation[] {
  const again = run.again === undefined ? undefined : new Set(run.again);
  return again === undefined ? run.plan.relations : run.plan.relations.filter(({ name }) => again.has(name));
}

async function refuseSharedKeys(run: SyncRun, activities: ActivityProxies): Promise<void> {
  const relations = relationsOfRound(run).filter(
    ({ name, sharesKeys }) => sharesKeys === true && !hasFailed(run, name),
  );
  await eachBatch(run, relations, async (input) => {
    const summary = `keys of ${summarizeBatch(input)}`;
    recordBatch(run, await activities.data.refuseSharedKeys.executeWithOptions({ summary }, [input]));
  });
}

async function copyTasks(run: SyncRun, activities: ActivityProxies, control: SyncControl): Promise<boolean> {
  const { concurrency } = run.facts;
  const tasks = cutTasks(relationsOfRound(run), concurrency).slice(run.tasksDone);
  const started = await runConcurrently(
    tasks,
    concurrency,
    async (task) => {
      const sound = task.filter(({ relation }) => !hasFailed(run, relation));
      if (sound.length > 0) await copyTask(run, sound, activities, control);
    },
    isHistoryLong,
  );
  run.tasksDone += started;
  return started === tasks.length;
}

async function copyTask(
  run: SyncRun,
  task: CopyTask,
  activities: ActivityProxies,
  control: SyncControl,
): Promise<void> {
  let resumeFrom = NO_CHECKPOINT;
  for (;;) {
    await control.untilResumed();
    const input = { job: run.plan.job, task, round: run.round, resumeFrom };
    const summary = summarizeTask(task);
    const copy = () => activities.data.copyPartitions.executeWithOptions({ summary }, [input]);
    try {
      const result = await control.interruptible(copy);
      resumeFrom = result.checkpoint;
      if (result.finished) break;
    } catch (error) {
      // Paused before a worker took the activity: nothing is done, so start it again once resumed.
      if (!(isCancellation(error) && error instanceof ActivityFailure && control.isPaused())) throw error;
    }
    if (CancellationScope.current().consideredCancelled) {
      // So that it can say how far it got.
      recordTask(run, resumeFrom, control);
      throw new CancelledFailure('The sync was cancelled');
    }
  }
  recordTask(run, resumeFrom, control);
}

function recordTask(run: SyncRun, { reports, changed }: Checkpoint, control: SyncControl): void {
  recordReports(run, reports);
  recordChanged(run, changed);
  control.show({ relations: Object.values(run.reports) });
}

async function catchUp(run: SyncRun, activities: ActivityProxies, control: SyncControl): Promise<void> {
  const changed = new Set(run.changed);
  const relations = relationsOfRound(run).filter(({ name }) => !changed.has(name) && !hasFailed(run, name));
  await eachBatch(run, relations, async (input) => {
    const summary = summarizeBatch(input);
    recordBatch(run, await activities.data.catchUpRelations.executeWithOptions({ summary }, [input]));
    control.show({ relations: Object.values(run.reports) });
  });
}

async function eachBatch(
  { plan: { job }, round, facts }: SyncRun,
  relations: readonly PlannedRelation[],
  work: (input: CatchUpInput) => Promise<void>,
): Promise<void> {
  const batches = cutList(relations, RELATIONS_PER_BATCH);
  await runConcurrently(batches, facts.concurrency, (batch) => work({ job, relations: batch, round }));
}

function summarizeBatch({ relations }: CatchUpInput): string {
  return summarizeNames(relations.map(({ name }) => name));
}

function recordBatch(run: SyncRun, { reports, changed }: CatchUpResult): void {
  recordReports(run, reports);
  recordChanged(run, changed);
}

/** Plans relations anew that changed; {@link copyRelations} copies them in the round that begins. */
export async function planAgain(run: SyncRun, activities: ActivityProxies): Promise<void> {
  if (run.round + 1 === MAX_ROUNDS) {
    recordFailed(run, run.changed.map(neverSettled));
    run.changed = [];
    run.again = [];
    return;
  }
  const summary = `${summarizeNames(run.changed)} changed meanwhile`;
  const input = { job: run.plan.job, relations: run.changed };
  const replanned = await activities.control.replanRelations.executeWithOptions({ summary }, [input]);
  const planned = replanned.flatMap((relation) => ('failure' in relation ? [] : [relation]));
  recordFailed(
    run,
    replanned.flatMap((relation) => ('failure' in relation ? [relation] : [])),
  );
  const byName = new Map(planned.map((relation) => [relation.name, relation]));
  run.plan = { ...run.plan, relations: run.plan.relations.map((relation) => byName.get(relation.name) ?? relation) };
  run.again = planned.map(({ name }) => name);
  run.changed = [];
  run.tasksDone = 0;
  run.round += 1;
}

function neverSettled(relation: string): FailedRelation {
  const message = `${relation} changed in each of ${MAX_ROUNDS} attempts to copy it`;
  const { remedy } = FAILURES.SourceChanged;
  return { relation, failure: { type: 'SourceChanged', message, remedy } };
}
