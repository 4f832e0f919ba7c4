import type { PendingWork } from '../../jobs/read-pending-work';
import type { FailureType } from '../../sync/failures';
import { describeWait, formatMoment, type Wait } from '../../sync/wait';
import { hearWaits } from '../../waits/hear-waits';
import { type Terminal, yellow } from './terminal';

/** Lines by what they are about. */
type Notices = ReadonlyMap<string, string>;

/** Says lines about what goes on: each once, and again when it was over meanwhile. */
function createNotices({ warn }: Pick<Terminal, 'warn'>): (notices: Notices) => void {
  let shown: Notices = new Map();
  return (notices) => {
    for (const [subject, line] of notices) if (!shown.has(subject)) warn(`${yellow('note')} ${line}`);
    shown = notices;
  };
}

/** Says what a sync waits for, and what keeps failing: a line each, when it begins. */
export function createPendingNotices(terminal: Pick<Terminal, 'warn'>): (pending: readonly PendingWork[]) => void {
  const say = createNotices(terminal);
  return (pending) => {
    say(new Map(pending.flatMap((work) => [...noticesOfWaits(work), ...noticesOfFailures(work)])));
  };
}

function noticesOfWaits({ activity, attempt, waits }: PendingWork): [string, string][] {
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  return waits.map((wait) => [`${activity} ${wait.reason}`, `${activity} ${describeWait(wait)}${again}`]);
}

/** A first failure is mostly the last one. */
const FAILURES_UNTOLD = 1;

function noticesOfFailures(work: PendingWork): [string, string][] {
  const { activity, attempt, lastFailure, failureType } = work;
  const failed = attempt - 1;
  // Attempts that a worker leaves to another one are no failures.
  const isLeft = failureType === ('OtherConfiguration' satisfies FailureType);
  if (lastFailure === undefined || failed <= FAILURES_UNTOLD || isLeft) return [];
  return [[`${activity} ${lastFailure}`, `${activity}: attempt ${failed} failed: ${describeLastFailure(work)}`]];
}

/** `no node answers (DestinationUnavailable) → Check that …; next try at 2026-11-28 12:03:11Z` */
export function describeLastFailure({ lastFailure = '', failureType, remedy, nextAttemptAt }: PendingWork): string {
  const type = failureType === undefined ? '' : ` (${failureType})`;
  const advice = remedy === undefined ? '' : ` → ${remedy.replace(/\.$/u, '')}`;
  const isDue = nextAttemptAt === undefined || nextAttemptAt.getTime() <= Date.now();
  return `${lastFailure.replace(/\.$/u, '')}${type}${advice}; ${isDue ? 'it is tried again now' : `next try at ${formatMoment(nextAttemptAt)}`}`;
}

/**
 * Runs work of this process and says what it waits for.
 * @param subject - who waits: a connector's id
 */
export function workAloud<Result>(
  terminal: Pick<Terminal, 'warn'>,
  subject: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const say = createNotices(terminal);
  const listen = (waits: readonly Wait[]) => {
    say(new Map(waits.map((wait) => [wait.reason, `${subject} ${describeWait(wait)}`])));
  };
  return hearWaits(listen, work);
}
