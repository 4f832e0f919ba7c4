import { findStream } from '../../jobs/find-stream';
import { followSync } from '../../jobs/follow-sync';
import { readEnding } from '../../jobs/read-ending';
import { type JobDetails, readJob } from '../../jobs/read-job';
import type { PendingWork } from '../../jobs/read-pending-work';
import { describeWait } from '../../sync/wait';
import { type SyncWorkflow, syncWorkflowId } from '../../sync/wire/workflow-names';
import { EXIT } from '../output/exit-codes';
import { createPendingNotices, describeLastFailure } from '../output/notices';
import { outageNotice } from '../output/outage-notice';
import { createProgressDisplay } from '../output/progress-display';
import { relationDocument, renderRelations } from '../output/render-report';
import { renderStream, streamDocument } from '../output/render-stream';
import { dim, red } from '../output/terminal';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { selectConnector } from '../session/select-connector';
import { type TemporalSession, withTemporal } from '../session/with-temporal';
import { jobDocument } from './print-jobs';

/** Options of `pgferry jobs show`. */
export interface ShowOptions extends ConfigurationOptions {
  readonly run?: string;
  readonly follow?: true;
}

/** `pgferry jobs show` */
export function showJob(id: string | undefined, options: ShowOptions): Promise<void> {
  return withTemporal(options, (session) => showSelected(session, id, options));
}

async function showSelected(
  session: TemporalSession,
  id: string | undefined,
  { run, follow }: ShowOptions,
): Promise<void> {
  const { client, settings, terminal, signal } = session;
  const connectorId = id ?? selectConnector(settings, id);
  const before = await readJob(client, connectorId, run);
  const isFollowed = follow === true && before.status === 'running';
  if (isFollowed) await followJob(session, connectorId, run);
  const job = isFollowed ? await readJob(client, connectorId, run) : before;
  const stream = await findStream(client, connectorId);
  terminal.result({ ...toDocument(job), ...(stream === undefined ? {} : { stream: streamDocument(stream) }) }, () =>
    [renderJob(job), ...(stream === undefined ? [] : [renderStream(connectorId, stream)])].join('\n'),
  );
  if (follow === true && !signal.aborted && job.status !== 'completed') process.exitCode = EXIT.failed;
}

/** Shows the progress of a job until it ends, or the command is interrupted: then the job goes on unwatched. */
async function followJob({ client, terminal, signal }: TemporalSession, connectorId: string, run?: string) {
  const handle = client.workflow.getHandle<SyncWorkflow>(syncWorkflowId(connectorId), run);
  const display = createProgressDisplay(terminal);
  const follower = {
    show: display.show,
    onOutage: outageNotice(terminal),
    onPending: createPendingNotices(terminal),
  };
  try {
    await followSync(handle, follower, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.say(`The job goes on: pgferry jobs show ${connectorId} --follow watches it again.`);
  } finally {
    display.end();
  }
}

function toDocument(job: JobDetails) {
  const { phase, paused, relations, pending } = job;
  const failure = failureOf(job);
  return {
    ...jobDocument(job),
    phase: phase ?? null,
    paused: paused ?? false,
    relations: relations.map((report) => ({ ...relationDocument(report), rate: rateOf(report) })),
    pending: pending.map(
      ({ activity, attempt, checkpoint, waits, lastFailure, failureType, remedy, nextAttemptAt }) => ({
        activity,
        attempt,
        ...(checkpoint === undefined
          ? {}
          : { checkpoint: { partition: checkpoint.partition, block: checkpoint.block } }),
        ...(waits.length === 0 ? {} : { waits }),
        ...(lastFailure === undefined
          ? {}
          : { last_failure: lastFailure, failure_type: failureType ?? null, remedy: remedy ?? null }),
        ...(lastFailure === undefined || nextAttemptAt === undefined ? {} : { next_try: nextAttemptAt.toISOString() }),
      }),
    ),
    ...(failure === undefined
      ? {}
      : { error: { type: failure.type, message: failure.message, remedy: failure.remedy } }),
  };
}

function failureOf({ error }: JobDetails) {
  return error === undefined ? undefined : readEnding(error).failure;
}

/** Documents a second of the time that activities spent on the relation. */
function rateOf({ indexed, seconds }: { readonly indexed: number; readonly seconds: number }): number {
  return seconds > 0 ? Math.round(indexed / seconds) : 0;
}

function renderJob(job: JobDetails): string {
  const { connectorId, runId, status, startedAt, memo, phase, paused, relations, pending } = job;
  const kind = memo.jobType === undefined ? '' : `${memo.jobType} `;
  const running = phase ?? 'running, but no worker answers: `pgferry worker` starts one';
  const state = status === 'running' ? `${running}${paused === true ? ', paused' : ''}` : status;
  const failure = failureOf(job);
  return [
    `${kind}sync of ${connectorId}: ${state} ${dim(`(started ${startedAt.toISOString()}, run ${runId})`)}`,
    ...(relations.length === 0 ? [] : [renderRelations(relations, rateOf)]),
    ...pending.map(renderPending),
    ...(failure === undefined
      ? []
      : [`${red('✗')} ${failure.message} ${dim(`(${failure.type})`)}`, `  → ${failure.remedy}`]),
  ].join('\n');
}

function renderPending(work: PendingWork): string {
  const { activity, attempt, checkpoint, waits, lastFailure } = work;
  const relation = checkpoint?.reports.at(-1)?.relation;
  const of = relation === undefined ? '' : ` of ${relation}`;
  const where = checkpoint === undefined ? '' : `${of} at partition ${checkpoint.partition}, block ${checkpoint.block}`;
  const retry = attempt > 1 ? `, attempt ${attempt}` : '';
  const failure = lastFailure === undefined ? '' : `, failed before: ${describeLastFailure(work)}`;
  const waiting = waits.map((wait) => ` ${describeWait(wait)}`).join(',');
  return `  ${activity}${where}${retry}${waiting}${failure}`;
}
