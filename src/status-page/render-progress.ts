import type { RunningProgress } from '../connector-status/connector-status';
import type { PendingWork } from '../jobs/read-pending-work';
import { groupDigits } from '../sync/progress';
import { describeWait } from '../sync/wait';
import { renderMoment } from './format-values';
import { type Html, html } from './html';

/** Relations and waits that are named. */
const SHOWN = 5;

/** How far a running sync is, and what it waits for. */
export function renderProgress(
  id: string,
  { phase, estimatedRows, relations, pending }: RunningProgress,
  now: Date,
): Html {
  const read = relations.reduce((sum, relation) => sum + relation.read, 0);
  const total = Math.max(estimatedRows, read, 1);
  const step = phase ?? 'no worker answers';
  const about = estimatedRows > 0 ? ` of about ${groupDigits(total)}` : '';
  return html`<div class="progress">
    <progress max="${total}" value="${read}" aria-label="rows read by the sync of ${id}"></progress>
    <p>${step}: ${groupDigits(read)}${about} rows</p>
    ${renderBusiest(relations)} ${renderPending(pending, now)}
  </div>`;
}

function renderBusiest(relations: RunningProgress['relations']): Html {
  const busiest = [...relations].sort((a, b) => b.read - a.read).slice(0, SHOWN);
  const items = busiest.map(
    ({ relation, read, indexed, rejected }) =>
      html`<li>
        ${relation}: ${groupDigits(read)} read, ${groupDigits(indexed)}
        indexed${rejected > 0 ? `, ${groupDigits(rejected)} rejected` : ''}
      </li>`,
  );
  return items.length < 2
    ? html``
    : html`<ul>
        ${items}
      </ul>`;
}

function renderPending(pending: readonly PendingWork[], now: Date): Html {
  const waits = new Set(pending.flatMap((work) => work.waits.map(describeWait)));
  const failures = new Map(
    pending.flatMap((work) => (work.lastFailure === undefined ? [] : [[work.lastFailure, work] as const])),
  );
  const items = [
    ...[...waits].map((wait) => html`<li>${wait}</li>`),
    ...[...failures.values()].map(
      ({ lastFailure, attempt, remedy, failureType, nextAttemptAt }) =>
        html`<li>
          tries again (attempt
          ${attempt}${nextAttemptAt === undefined ? '' : html`, ${renderMoment(nextAttemptAt, now)}`}):
          ${lastFailure}${remedy === undefined ? '' : ` → ${remedy}`}
          ${failureType === undefined ? '' : html`<a href="./failures#${failureType}">${failureType}</a>`}
        </li>`,
    ),
  ].slice(0, SHOWN);
  return items.length === 0
    ? html``
    : html`<ul class="waits">
        ${items}
      </ul>`;
}
