import { join } from 'node:path';

import { findFreePort } from '../processes/find-free-port';
import { type LocalServer, type ServerOptions, startServer } from '../processes/local-server';
import { openServerHome, type ServerHome } from '../processes/server-home';
import type { ServerCommand } from '../processes/supervisor';
import { findTemporal } from '../programs/temporal-program';

/** Options of {@link startTemporal}. Without `dataDir` the server keeps its state in memory. */
export interface TemporalOptions extends ServerOptions {
  /** @default a free one */
  readonly uiPort?: number;
  /** Settings of the server, as `limit.historyCount.suggestContinueAsNew=40`. */
  readonly dynamicConfig?: readonly string[];
}

/** A Temporal development server with its UI. `url` is its gRPC address, `host:port`. */
export interface TemporalServer extends LocalServer {
  readonly uiUrl: string;
  readonly uiPort: number;
}

/**
 * Starts a Temporal development server on the loopback interface, with the namespace `default`.
 *
 * @throws MissingPrerequisites, ServerStartFailure
 */
export async function startTemporal(options: TemporalOptions = {}): Promise<TemporalServer> {
  const program = await findTemporal(options.log ?? (() => undefined));
  const port = options.port ?? (await findFreePort());
  const uiPort = options.uiPort ?? (await findFreePort());
  const url = `127.0.0.1:${port}`;
  const home = await openServerHome('temporal', options.dataDir);
  try {
    const command = temporalCommand(program, home, port, uiPort, options);
    const server = await startServer('Temporal', home, command, () => temporalAnswers(url));
    return { ...server, url, port, uiPort, uiUrl: `http://127.0.0.1:${uiPort}` };
  } catch (error) {
    await home.supervisor.close();
    throw error;
  }
}

function temporalCommand(
  file: string,
  home: ServerHome,
  port: number,
  uiPort: number,
  { dataDir, dynamicConfig = [] }: TemporalOptions,
): ServerCommand {
  return {
    file,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
      ...['--log-level', 'warn'],
      ...dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
      ...(dataDir === undefined ? [] : ['--db-filename', join(home.path, 'temporal.db')]),
    ],
    directory: home.path,
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
