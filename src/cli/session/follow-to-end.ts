import { setTimeout as sleep } from 'node:timers/promises';

import { followSync } from '../../jobs/follow-sync';
import type { SyncEnding } from '../../jobs/sync-ending';
import type { SyncInput } from '../../sync/job';
import { sumReports, type SyncReport, type SyncTotals } from '../../sync/report';
import { EXIT, exitCodeOf } from '../output/exit-codes';
import { createPendingNotices } from '../output/notices';
import { outageNotice } from '../output/outage-notice';
import { createProgressDisplay } from '../output/progress-display';
import { renderReport, reportDocument } from '../output/render-report';
import type { Terminal } from '../output/terminal';
import { isAttended } from './attendance';
import type { StartedSync } from './start-sync';
import { untilAborted } from './until-aborted';

/** Milliseconds after which a cancelled sync that doesn't end is left to itself, where no worker is at it. */
const CANCEL_PATIENCE_MS = 3_500;
/** Where one is: a busy machine needs a while to stop, and who leaves sooner does not learn how it ended. */
const ATTENDED_PATIENCE_MS = 15_000;
const LOOK_MS = 250;

/**
 * Follows a sync, shows its progress and prints how it ended. When `signal` fires a sync of this command's own is
 * cancelled; one that somebody else started goes on unwatched.
 * @returns the exit code
 */
export async function followToEnd(
  { handle, isNew }: StartedSync,
  input: SyncInput,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const onOutage = outageNotice(terminal);
  const display = createProgressDisplay(terminal);
  let reached: SyncTotals = sumReports([]);
  const leaving = new AbortController();
  const show: typeof display.show = (progress) => {
    reached = sumReports(progress.relations);
    display.show(progress);
  };
  const following = followSync(handle, { show, onOutage, onPending: createPendingNotices(terminal) }, leaving.signal);
  // Once it is left to itself nobody waits for it any more.
  following.catch(() => undefined);
  const left = untilAborted(signal).then(async (): Promise<SyncEnding> => {
    if (!isNew) return { status: 'running', reached };
    terminal.say('Cancelling; Ctrl-C again leaves it to itself …');
    handle.cancel().catch(onOutage);
    await loseCancelPatience(handle);
    return { status: 'cancelling', reached };
  });
  try {
    const ending = await Promise.race([following, left]);
    display.end();
    terminal.result(reportDocument(input, ending), () => renderReport(input, ending));
    return signal.aborted ? EXIT.interrupted : exitCodeOfEnding(ending);
  } finally {
    display.end();
    leaving.abort();
  }
}

/** Shows how far somebody else's sync is, until it has ended or `signal` fires. */
export async function awaitEnd(handle: StartedSync['handle'], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const display = createProgressDisplay(terminal);
  const onPending = createPendingNotices(terminal);
  const following = followSync(handle, { show: display.show, onOutage: outageNotice(terminal), onPending }, signal);
  // After an interruption nobody waits for it any more.
  following.catch(() => undefined);
  try {
    await Promise.race([following, untilAborted(signal)]);
  } finally {
    display.end();
  }
}

async function loseCancelPatience(handle: StartedSync['handle']): Promise<void> {
  const deadline = Date.now() + ATTENDED_PATIENCE_MS;
  await sleep(CANCEL_PATIENCE_MS, undefined, { ref: false });
  while (Date.now() < deadline && (await isAttended(handle))) await sleep(LOOK_MS, undefined, { ref: false });
}

function exitCodeOfEnding(ending: SyncReport | SyncEnding): number {
  if (ending.status === 'completed') return EXIT.done;
  return 'failure' in ending ? exitCodeOf(ending.failure) : EXIT.failed;
}
