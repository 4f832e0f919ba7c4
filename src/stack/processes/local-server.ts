import { setTimeout as delay } from 'node:timers/promises';

import { SyncFailure } from '../../sync/failures';
import { lastLines, readLog } from './run-to-end';
import type { ServerHome } from './server-home';
import type { ServerCommand } from './supervisor';

/** A server of the local stack that this process started. */
export interface LocalServer {
  /** Connection string or base URL. */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  /** Folder with its data; kept when the caller named it. */
  readonly dataDir: string;
  /** Settles when it has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  /** Stops it in order. May be called again. */
  readonly stop: () => Promise<void>;
  /** Ends it by SIGKILL, as a crash does. */
  readonly kill: () => Promise<void>;
}

/** Options that all servers share. */
export interface ServerOptions {
  /** @default a free one */
  readonly port?: number;
  /**
   * Kept when given;
   * @default a temporary folder, removed when the server has ended
   */
  readonly dataDir?: string;
  /** Takes progress for people, a line a call. */
  readonly log?: (line: string) => void;
}

/** A server without the address that it answers at. */
export type RunningServer = Pick<LocalServer, 'pid' | 'dataDir' | 'ended' | 'stop' | 'kill'>;

/** A server that ended, or took too long, before it answered. */
export class ServerStartFailure extends SyncFailure {
  constructor(
    server: string,
    /** What happened, to follow its name: `ended before it was ready`. */
    readonly reason: string,
    /** All that the server wrote. */
    readonly output: string,
  ) {
    super('LocalStack', [`${server} ${reason}`, lastLines(output)].filter((part) => part !== '').join(':\n'));
  }
}

/**
 * Starts a server and waits until it answers.
 *
 * @param isReady - Asks the server once; false or an error means not yet.
 * @throws ServerStartFailure when it ends or does not answer within the time.
 */
export async function startServer(
  name: string,
  { path: dataDir, supervisor }: ServerHome,
  command: ServerCommand,
  isReady: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<RunningServer> {
  const { pid, exited } = await supervisor.run(command);
  const ended = exited.then(() => 'ended' as const);
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady().catch(() => false))) {
    const next = await Promise.race([ended, delay(50, 'wait' as const)]);
    if (next === 'wait' && Date.now() < deadline) continue;
    const reason = next === 'ended' ? 'ended before it was ready' : `was not ready within ${timeoutMs / 1000} s`;
    throw new ServerStartFailure(name, reason, await readLog(command.logFile));
  }
  const kill = async () => {
    killIfRunning(pid);
    await exited;
    await supervisor.close();
  };
  return { pid, dataDir, ended, stop: supervisor.close, kill };
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
