import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { ServerStartFailure } from '../stack/processes/local-server';
import { MissingPrerequisites } from '../stack/programs/missing-prerequisites';
import { startTemporal, type TemporalOptions, type TemporalServer } from '../stack/servers/start-temporal';
import { SyncFailure } from '../sync/failures';
import { isSame, type RunningProcess } from './data-folder';
import { requirePorts, type WantedPort } from './require-ports';

/** Milliseconds that the server of an `up` which was killed may take to end. */
const LEAVE_MS = 30_000;
/** Milliseconds before a server that ended by itself is started again. */
const AGAIN_MS = 1_000;

const OTHER_PROGRAM = 'Name its file by --temporal-cli FILE';
const OTHER_SERVER = 'use a server of your own (temporal.address)';

/** Temporal's own server, as `pgferry up` runs it. */
export interface KeptTemporal {
  readonly server: TemporalServer;
  readonly stop: () => Promise<void>;
}

/** Options of {@link keepTemporal}. */
export interface KeepOptions extends TemporalOptions {
  /** Folder of its database and its log. */
  readonly dataDir: string;
  readonly port: number;
  readonly uiPort: number;
  /** Where the status page is to be, which starts later. */
  readonly page: { readonly host: string; readonly port: number };
  /** The server that an `up` left which was killed: it ends by itself, and holds the database until then. */
  readonly left?: RunningProcess | undefined;
  /** Is told that the server ended by itself, and of its next process. */
  readonly onRestart: (server: TemporalServer | undefined) => void;
}

/**
 * Starts Temporal's server, and again whenever it ends by itself.
 * @throws SyncFailure `InvalidConfig` where a port is taken, `LocalStack` where it can't be had or doesn't start
 */
export async function keepTemporal(options: KeepOptions): Promise<KeptTemporal> {
  const { left } = options;
  // Within its own folder, which has to be writable anyway.
  const kept = { ...options, locks: join(options.dataDir, 'ports') };
  const deadline = Date.now() + LEAVE_MS;
  while (left !== undefined && isSame(left) && Date.now() < deadline) await delay(100);
  await requirePorts(portsOf(options));
  let server = await start(kept);
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const keeping = (async () => {
    for (;;) {
      await server.ended;
      if (isStopping()) return;
      options.onRestart(undefined);
      await server.stop();
      await delay(AGAIN_MS);
      server = await startAgain(kept, isStopping);
      options.onRestart(server);
    }
  })();
  keeping.catch(() => undefined);
  return {
    server,
    stop: async () => {
      stopping.abort();
      await server.stop();
      await keeping.catch(() => undefined);
      await server.stop();
    },
  };
}

function portsOf({ port, uiPort, page, ip: host = '127.0.0.1' }: KeepOptions): readonly WantedPort[] {
  const orElse = `or use it, if it is Temporal (temporal.address: 127.0.0.1:${port}); `;
  const option = '--port PORT, and temporal.address for other commands';
  return [
    { ...{ port, host, option, orElse }, holder: "Temporal's server" },
    { port: uiPort, host, holder: "Temporal's UI", option: '--ui-port PORT' },
    // Port 0 is a free one.
    ...(page.port === 0
      ? []
      : [{ ...page, holder: 'the status page', option: '--page-port PORT, or monitoring.address' }]),
  ];
}

/** Whoever has no `stack` in mind is told what `up` can do about it. */
async function start(options: KeepOptions): Promise<TemporalServer> {
  try {
    return await startTemporal(options);
  } catch (error) {
    if (error instanceof MissingPrerequisites) {
      const message = `pgferry up needs ${error.missing.join('; and ')}`;
      throw new SyncFailure('LocalStack', message, `${OTHER_PROGRAM}, or ${OTHER_SERVER}.`);
    }
    if (!(error instanceof ServerStartFailure)) throw error;
    const [said = ''] = error.output.trimEnd().split('\n').slice(-1);
    const message = `Temporal's server ${error.reason}${said === '' ? '' : `: ${said}`}`;
    const log = join(options.dataDir, 'server.log');
    const remedy = `${log} says more. Mend what it names, choose another folder (--data FOLDER), or ${OTHER_SERVER}.`;
    throw new SyncFailure('LocalStack', message, remedy);
  }
}

/** Tries until it works: a full disk may be emptied, and what waits for the server waits as well. */
async function startAgain(options: KeepOptions, isStopping: () => boolean): Promise<TemporalServer> {
  for (let said = ''; ;) {
    try {
      return await start(options);
    } catch (error) {
      if (isStopping()) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (message !== said) options.log?.(message);
      said = message;
      await delay(AGAIN_MS);
    }
  }
}
