import type { ConnectorDetails, ConnectorStatus, IndexMemory, RefusedRows } from '../connector-status/connector-status';
import { isBroken } from '../connector-status/create-overview';
import type { ListedJob } from '../jobs/list-jobs';
import { groupDigits } from '../sync/progress';
import { formatCount, formatDuration, renderMoment } from './format-values';
import { type Html, html } from './html';
import type { PageSurroundings } from './page-surroundings';
import { type ChartBar, renderChart } from './render-chart';
import { renderProgress } from './render-progress';
import { describeStream, renderStream } from './render-stream';
import { renderTable } from './render-table';

const NOTHING = html``;

/** One connector: its state, what needs a person, and its last syncs. */
export function renderConnector(
  connector: ConnectorStatus,
  details: ConnectorDetails,
  surroundings: PageSurroundings,
): Html {
  const { id, index, isOwn } = connector;
  const { progress, failure, refused } = details;
  const state = progress?.paused === true ? 'paused' : connector.state;
  const kind = isBroken(connector.state) ? 'broken' : state;
  const changes = describeStream(connector, details)?.words;
  const streamMark = changes === undefined ? '' : html` data-stream="${changes}"`;
  return html`<article id="connector-${encodeURIComponent(id)}" class="connector" data-state="${state}" ${streamMark}>
    <header>
      <h2>${id}</h2>
      <span class="state ${kind}">${describeState(state, details)}</span>
      ${index === undefined ? '' : html`<span class="index">→ ${index}</span>`}
      ${isOwn ? '' : html`<span class="note">not in this worker’s file</span>`}
    </header>
    ${surroundings.mayControl ? renderButtons(id, state) : NOTHING} ${renderTimes(connector, details, surroundings)}
    ${renderStream(connector, details, surroundings)}
    ${progress === undefined ? NOTHING : renderProgress(id, progress, surroundings.now)}
    ${
      failure === undefined
        ? NOTHING
        : html`<div class="failure">
            <p>${failure.message}</p>
            <p>→ ${failure.remedy} <a href="./failures#${failure.type}">${failure.type}</a></p>
          </div>`
    }
    ${refused.length === 0 ? NOTHING : renderRefused(refused)} ${renderJobs(connector, surroundings)}
  </article>`;
}

const STATES: Readonly<Record<string, string>> = {
  completed: 'in step',
  unknown: 'not known yet',
  timed_out: 'timed out',
};

/** Temporal forgets syncs after the retention time of its namespace: that alone is no proof that there was none. */
function describeState(state: string, { indexMemory }: ConnectorDetails): string {
  if (state !== 'never') return STATES[state] ?? state;
  if (indexMemory === undefined) return 'no sync known';
  return indexMemory.writtenAt === undefined ? 'never synced' : 'last sync forgotten';
}

function renderButtons(id: string, state: string): Html {
  const isRunning = state === 'running' || state === 'paused';
  const verbs = isRunning ? [state === 'paused' ? 'resume' : 'pause', 'cancel'] : ['sync'];
  // Its name begins with what is to be seen: whoever speaks to a browser says that.
  const buttons = verbs.map(
    (verb) =>
      html`<button name="verb" value="${verb}">
        ${verb === 'sync' ? 'sync now' : verb}<span class="hidden"> ${id}</span>
      </button>`,
  );
  return html`<form method="post" action="./control" class="buttons">
    <input type="hidden" name="connector" value="${id}" />${buttons}
  </form>`;
}

function renderTimes(
  { inStepSince, nextStarts }: ConnectorStatus,
  { indexMemory }: ConnectorDetails,
  { now }: PageSurroundings,
): Html {
  const [next] = nextStarts;
  const words = next?.at === undefined ? 'schedule paused' : html`${next.jobType} ${renderMoment(next.at, now)}`;
  return html`<dl class="times">
    <div>
      <dt>in step</dt>
      <dd>${inStepSince === undefined ? describeMemory(indexMemory, now) : renderMoment(inStepSince, now)}</dd>
    </div>
    <div>
      <dt>next</dt>
      <dd>${next === undefined ? 'not scheduled' : words}</dd>
    </div>
  </dl>`;
}

function describeMemory(memory: IndexMemory | undefined, now: Date): string | Html {
  if (memory === undefined) return 'not known';
  if (memory.writtenAt === undefined) return 'not yet';
  return html`Temporal remembers no completed sync; the index was written ${renderMoment(memory.writtenAt, now)}`;
}

function renderRefused(refused: readonly RefusedRows[]): Html {
  const items = refused.map(
    ({ relation, rows, isDropped, reason }) =>
      html`<li><b>${groupDigits(rows)}</b> ${isDropped ? 'dropped' : 'rejected'} of ${relation}: ${reason}</li>`,
  );
  return html`<ul class="refused">
    ${items}
  </ul>`;
}

function renderJobs({ id, jobs }: ConnectorStatus, { now, temporalUi }: PageSurroundings): Html {
  const ended = jobs.filter(({ status }) => status !== 'running');
  const last = jobs.at(-1);
  if (last === undefined) return NOTHING;
  const chart = (name: string, valueOf: (job: ListedJob) => number | undefined, format: (value: number) => string) =>
    renderChart(
      name,
      ended.map((job): ChartBar => ({ value: valueOf(job), isBroken: isBroken(job.status) })),
      format,
    );
  const link = (job: ListedJob, words: string | Html) =>
    temporalUi === undefined
      ? html`${words}`
      : html`<a href="${temporalUi}/workflows/${encodeURIComponent(job.workflowId)}/${job.runId}">${words}</a>`;
  const rows = [...jobs].reverse().map(
    (job) =>
      html`<tr>
        <td>${link(job, renderMoment(job.startedAt, now))}</td>
        <td>${job.memo.jobType ?? ''}</td>
        <td>${job.status}</td>
        <td>${formatIf(durationOf(job), formatDuration)}</td>
        ${COUNTS.map((name) => html`<td>${formatIf(job.memo[name], groupDigits)}</td>`)}
      </tr>`,
  );
  return html`<div class="charts">
      ${chart('duration', durationOf, formatDuration)}
      ${COUNTS.filter((name) => name !== 'dropped').map((name) => chart(name, ({ memo }) => memo[name], formatCount))}
    </div>
    <details>
      <summary>last syncs<span class="hidden"> of ${id}</span></summary>
      ${renderTable(`last syncs of ${id}`, ['started', 'kind', 'state', 'duration', ...COUNTS], rows)}
    </details>`;
}

const COUNTS = ['indexed', 'deleted', 'rejected', 'dropped'] as const;

/** Milliseconds from its start to its end; undefined while it runs. */
function durationOf({ startedAt, closedAt }: ListedJob): number | undefined {
  return closedAt === undefined ? undefined : closedAt.getTime() - startedAt.getTime();
}

function formatIf(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '' : format(value);
}
