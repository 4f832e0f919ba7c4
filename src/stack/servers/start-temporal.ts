import { join } from 'node:path';

import { type LocalServer, type ServerOptions, startServer } from '../processes/local-server';
import { openServerHome, type ServerHome } from '../processes/server-home';
import { startAtFreePorts } from '../processes/start-at-free-ports';
import type { ServerCommand } from '../processes/supervisor';
import { findTemporal } from '../programs/temporal-program';

/** Options of {@link startTemporal}. Without `dataDir` the server keeps its state in memory. */
export interface TemporalOptions extends ServerOptions {
  /** @default a free one */
  readonly uiPort?: number;
  /** @default 'default' */
  readonly namespace?: string;
  /**
   * Address of the interface to listen at.
   * @default '127.0.0.1'
   */
  readonly ip?: string;
  /**
   * The Temporal CLI.
   * @default the one that `findTemporal` finds
   */
  readonly program?: string;
  /**
   * Folder of the ports that are held while it starts.
   * @default that of all stacks, in the cache
   */
  readonly locks?: string;
  /** Settings of the server, as `limit.historyCount.suggestContinueAsNew=40`. */
  readonly dynamicConfig?: readonly string[];
}

/** A Temporal development server with its UI. `url` is its gRPC address, `host:port`. */
export interface TemporalServer extends LocalServer {
  readonly uiUrl: string;
  readonly uiPort: number;
}

/**
 * Starts a Temporal development server, by default on the loopback interface and with the namespace `default`.
 *
 * @throws MissingPrerequisites, ServerStartFailure
 */
export async function startTemporal(options: TemporalOptions = {}): Promise<TemporalServer> {
  const program = await findTemporal(options.log ?? (() => undefined), options.program);
  return startAtFreePorts(
    [options.port, options.uiPort, undefined, undefined],
    ([grpc, ui, http, metrics]) => startOnce(program, { grpc, ui, http, metrics }, options),
    options.locks,
  );
}

/** All that the server listens at, but what its parts talk to each other by. */
interface TemporalPorts {
  readonly grpc: number;
  readonly ui: number;
  readonly http: number;
  readonly metrics: number;
}

async function startOnce(program: string, ports: TemporalPorts, options: TemporalOptions): Promise<TemporalServer> {
  const host = options.ip === undefined || options.ip === '0.0.0.0' ? '127.0.0.1' : options.ip;
  const url = `${host}:${ports.grpc}`;
  const home = await openServerHome('temporal', options.dataDir);
  try {
    const command = temporalCommand(program, home, ports, options);
    const server = await startServer('Temporal', home, command, () => temporalAnswers(url, options.namespace));
    return { ...server, url, port: ports.grpc, uiPort: ports.ui, uiUrl: `http://${host}:${ports.ui}` };
  } catch (error) {
    await home.supervisor.close();
    throw error;
  }
}

function temporalCommand(
  file: string,
  home: ServerHome,
  { grpc, ui, http, metrics }: TemporalPorts,
  { dataDir, dynamicConfig = [], ip = '127.0.0.1', namespace }: TemporalOptions,
): ServerCommand {
  return {
    file,
    args: [
      ...['server', 'start-dev', '--ip', ip, '--log-level', 'warn'],
      ...['--port', String(grpc), '--ui-port', String(ui)],
      ...['--http-port', String(http), '--metrics-port', String(metrics)],
      ...(namespace === undefined ? [] : ['--namespace', namespace]),
      ...dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
      ...(dataDir === undefined ? [] : ['--db-filename', join(home.path, 'temporal.db')]),
    ],
    directory: home.path,
    // An account that the system doesn't know has neither, and the server doesn't start without.
    env: { USER: process.env['USER'] || 'pgferry', HOME: process.env['HOME'] || home.path },
    logFile: home.logFile,
  };
}

/** True when the server answers and has its namespace. */
export async function temporalAnswers(address: string, namespace = 'default'): Promise<boolean> {
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address, connectTimeout: 2_000 }).catch(() => undefined);
  if (connection === undefined) return false;
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
