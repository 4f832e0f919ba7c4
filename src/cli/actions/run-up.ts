import type { Logger } from 'pino';

import type { LoadedSettings } from '../../config/load-settings';
import { nameSome } from '../../config/problems/name-some';
import type { Settings } from '../../config/settings/settings';
import { applyStreams } from '../../jobs/stream-changes';
import type { LogFormat, LogLevel } from '../../logging/create-logger';
import { applySchedules } from '../../schedules/apply-schedules';
import { SyncFailure } from '../../sync/failures';
import { connectTemporal } from '../../temporal/connect-temporal';
import { type DataFolder, openDataFolder } from '../../up/data-folder';
import { defaultDataFolder, userSurroundings } from '../../up/default-data-folder';
import { startDetached } from '../../up/detached-up';
import { keepTemporal, type KeptTemporal } from '../../up/keep-temporal';
import { watchFreeSpace } from '../../up/watch-free-space';
import { createTerminal, type Terminal } from '../output/terminal';
import { type ConfigurationOptions, loadConfiguration } from '../session/load-command-settings';
import { serveWorker } from '../session/serve-worker';

/** Options of `pgferry up`. */
export interface UpOptions extends ConfigurationOptions {
  readonly data?: string;
  readonly temporalCli?: string;
  readonly port: number;
  readonly uiPort: number;
  readonly pagePort: number;
  readonly ip: string;
  readonly detach?: true;
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
}

/** The folder that is named, or the user's own. */
export function dataFolderOf({ data }: { readonly data?: string }): string {
  // eslint-disable-next-line no-restricted-properties -- where data belong is no setting of syncs
  return data ?? defaultDataFolder(userSurroundings(process.env['XDG_DATA_HOME']));
}

/** `pgferry up` */
export async function runUp(options: UpOptions): Promise<void> {
  const terminal = createTerminal(false);
  const loaded = await loadConfiguration(options, terminal);
  if (options.detach === true) {
    const { pid, logFile } = await startDetached(dataFolderOf(options), terminal.say);
    terminal.say(`runs in the background as process ${pid}; its log: ${logFile}; \`pgferry down\` stops it`);
    return;
  }
  const releaseHangups = holdHangups();
  const folder = await openDataFolder(dataFolderOf(options));
  let temporal: KeptTemporal | undefined;
  let stopWatching: (() => void) | undefined;
  try {
    temporal = await startOwnTemporal(loaded, options, folder, terminal);
    if (temporal !== undefined) stopWatching = watchFreeSpace(folder.path, terminal.warn);
    await folder.note(temporal?.server.pid);
    process.exitCode = await serve(loaded, options, temporal).catch((error: unknown) => {
      throw temporal === undefined ? withOwnServer(error) : error;
    });
  } finally {
    stopWatching?.();
    await temporal?.stop();
    await folder.release();
    releaseHangups();
  }
}

/** SIGHUP asks for the file anew: while this starts it is not read yet, and while it stops it is of no use. */
function holdHangups(): () => void {
  const ignore = () => undefined;
  process.on('SIGHUP', ignore);
  return () => process.off('SIGHUP', ignore);
}

/** None where the configuration names a server. */
async function startOwnTemporal(
  { settings, namesTemporal }: LoadedSettings,
  { temporalCli: program, port, uiPort, pagePort, ip }: UpOptions,
  { path, left, note }: DataFolder,
  { say, warn }: Terminal,
): Promise<KeptTemporal | undefined> {
  const { namespace } = settings.temporal;
  if (namesTemporal) return undefined;
  const kept = await keepTemporal({
    ...{ port, uiPort, ip, namespace, dataDir: path, log: say, left: left?.temporal },
    page: settings.monitoring?.address ?? { host: ip, port: pagePort },
    ...(program === undefined ? {} : { program }),
    onRestart: (server) => {
      warn(server === undefined ? "Temporal's server ended by itself: starting it again" : 'Temporal answers again');
      if (server !== undefined) void note(server.pid);
    },
  });
  say(`Temporal answers at ${kept.server.url}, its UI at ${kept.server.uiUrl}; its state is in ${path}`);
  if (ip !== '127.0.0.1') warn(`WARNING Temporal listens at ${ip}: whoever reaches it may do anything, unasked`);
  return kept;
}

/** Where the server that the file names doesn't answer, this command could do without it. */
function withOwnServer(error: unknown): unknown {
  if (!(error instanceof SyncFailure) || error.type !== 'TemporalUnavailable') return error;
  const remedy = 'Start it, correct temporal.address, or leave that out: `pgferry up` brings a server along then.';
  return new SyncFailure(error.type, error.message, remedy);
}

function serve(written: LoadedSettings, options: UpOptions, temporal: KeptTemporal | undefined): Promise<number> {
  const { logLevel, logFormat } = options;
  const { file } = written;
  const loaded = { ...written, settings: withPage(written.settings, options, temporal?.server.uiUrl) };
  return serveWorker(loaded, {
    logLevel,
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(temporal === undefined ? {} : { temporalAddress: temporal.server.url }),
    onSettings: async (settings, news) => {
      await adoptSchedules(settings, file, news);
      if (process.connected) process.send?.({ ready: true });
    },
  });
}

/** The settings with a status page, and with links to Temporal's UI, where the file says neither. */
function withPage(settings: Settings, { ip, pagePort }: UpOptions, uiUrl: string | undefined): Settings {
  const { monitoring = { hosts: [], control: false } } = settings;
  const { address = { host: ip, port: pagePort }, temporalUi = uiUrl } = monitoring;
  return {
    ...settings,
    monitoring: { ...monitoring, address, ...(temporalUi === undefined ? {} : { temporalUi }) },
  };
}

/** Gives Temporal the schedules of the file, and says which there are. */
async function adoptSchedules(settings: Settings, file: string, news: Logger): Promise<void> {
  const client = await connectTemporal(settings.temporal);
  try {
    const ids = await applySchedules(client, settings, file);
    news.info(ids.length === 0 ? 'No schedule is enabled' : `Schedules: ${nameSome(ids)}`);
    const streams = await applyStreams(client, settings.temporal.taskQueue, settings.connectors);
    if (streams.length > 0) news.info(`Followed: ${nameSome(streams)}`);
  } finally {
    await client.connection.close();
  }
}
