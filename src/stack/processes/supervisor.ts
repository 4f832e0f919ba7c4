import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { PACKAGE_ROOT } from '../../installation/package-root';
import { SyncFailure } from '../../sync/failures';

/** A program to run, with its arguments and surroundings. */
export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Working directory. */
  readonly directory: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Takes the program's output; overwritten by each start. */
  readonly logFile: string;
  /** @default 'SIGTERM' */
  readonly stopSignal?: NodeJS.Signals;
  /**
   * Milliseconds that a stop may take before SIGQUIT and, five seconds later, SIGKILL.
   * @default 10_000
   */
  readonly patienceMs?: number;
  /** Files that the program writes while it stops, and where they belong when it stopped in order. */
  readonly keepOnStop?: Readonly<Record<string, string>>;
}

/** The end of a program. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running program. */
export interface SupervisedProgram {
  readonly pid: number;
  /** Settles when the program ends for whatever reason; never rejects. */
  readonly exited: Promise<ProgramExit>;
}

/** A process that runs programs for this one, and ends with it however it ends. */
export interface Supervisor {
  /**
   * Starts a program; one at a time.
   *
   * @throws SyncFailure `LocalStack` when it can't be started.
   */
  readonly run: (command: ServerCommand) => Promise<SupervisedProgram>;
  /** Stops what runs in order, and removes what is temporary. May be called again. */
  readonly close: () => Promise<void>;
}

type Report =
  { readonly ready: true } | { readonly pid: number } | { readonly error: string } | { readonly exit: ProgramExit };

/**
 * Opens a supervisor.
 *
 * @param temporary - Files and folders to remove in the end. Name them before they are made, so that nothing can come
 *   in between.
 */
export async function openSupervisor(temporary: readonly string[]): Promise<Supervisor> {
  const child = fork(join(PACKAGE_ROOT, 'stack', 'supervisor.js'), [JSON.stringify(temporary)], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  await awaitReport(child, (report) => ('ready' in report ? report : undefined));
  return {
    run: (command) => runProgram(child, command),
    close: async () => {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}

async function runProgram(child: ChildProcess, command: ServerCommand): Promise<SupervisedProgram> {
  const exited = awaitReport(child, (report) => ('exit' in report ? report.exit : undefined)).catch(() => ({
    code: null,
    signal: null,
  }));
  const started = awaitReport(child, (report) => ('pid' in report || 'error' in report ? report : undefined));
  child.send({ run: { stopSignal: 'SIGTERM', patienceMs: 10_000, keepOnStop: {}, ...command } });
  const report = await started;
  if ('error' in report) throw new SyncFailure('LocalStack', `${command.file} can't be started: ${report.error}`);
  return { pid: report.pid, exited };
}

/** Waits for a report; fails when the supervisor ends without it. */
function awaitReport<T>(child: ChildProcess, pick: (report: Report) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      act();
    };
    const onMessage = (report: Report) => {
      const picked = pick(report);
      if (picked !== undefined)
        settle(() => {
          resolve(picked);
        });
    };
    const onError = (error: Error) => {
      settle(() => {
        reject(error);
      });
    };
    const onExit = () => {
      onError(new Error('the supervisor of a local server ended'));
    };
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
  });
}
