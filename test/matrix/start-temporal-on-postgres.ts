import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { stringify } from 'yaml';

import { cacheDirectory } from '../../src/stack/processes/cache-directory';
import { type LocalServer, startServer } from '../../src/stack/processes/local-server';
import { runToEnd } from '../../src/stack/processes/run-to-end';
import { openServerHome, type ServerHome } from '../../src/stack/processes/server-home';
import { startAtFreePorts } from '../../src/stack/processes/start-at-free-ports';
import { buildOnce } from '../../src/stack/programs/build-once';
import { startPostgres } from '../../src/stack/servers/start-postgres';

/** The newest that Go 1.26 builds. */
const VERSION = 'v1.31.2';
const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;
const DATABASES = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;

/** Temporal's server as people run it themselves. */
export interface TemporalOnPostgres {
  /** Of its frontend, `host:port`. */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/**
 * Builds Temporal's server and the tool for its schema by Go, once (minutes), and starts it over a PostgreSQL of its own,
 * for persistence and visibility, with the namespace `default` of one day.
 */
export async function startTemporalOnPostgres(log: (line: string) => void): Promise<TemporalOnPostgres> {
  const programs = await build(log);
  const postgres = await startPostgres({ log });
  const database = new URL(postgres.url);
  try {
    await makeSchema(programs, database);
    const ports = Array.from(SERVICES.flatMap(() => [undefined, undefined]));
    const server = await startAtFreePorts(ports, (free) => startOnce(programs, database, free));
    await createNamespace(server.url);
    return {
      address: server.url,
      stop: async () => {
        await server.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** @returns the folder of the programs `server` and `sql` */
function build(log: (line: string) => void): Promise<string> {
  return buildOnce(join(cacheDirectory(), `temporal-server-${VERSION}`), async (scratch, supervisor) => {
    log(`building Temporal's server ${VERSION} …`);
    const bin = join(scratch, 'bin');
    for (const program of ['cmd/server', 'cmd/tools/sql']) {
      await runToEnd(supervisor, {
        file: 'go',
        args: ['install', `go.temporal.io/server/${program}@${VERSION}`],
        directory: scratch,
        env: { GOBIN: bin },
        logFile: join(scratch, 'build.log'),
      });
    }
    return bin;
  });
}

async function makeSchema(programs: string, database: URL): Promise<void> {
  const home = await openServerHome('temporal-schema');
  const tool = (name: string, ...args: readonly string[]) =>
    runToEnd(home.supervisor, {
      file: join(programs, 'sql'),
      args: [
        ...['--plugin', 'postgres12', '--ep', database.hostname, '-p', database.port],
        ...['-u', database.username, '--db', name, ...args],
      ],
      directory: home.path,
      env: { SQL_PASSWORD: database.password },
      logFile: home.logFile,
    });
  try {
    for (const [schema, name] of Object.entries(DATABASES)) {
      await tool(name, 'create');
      await tool(name, 'setup-schema', '-v', '0.0');
      await tool(name, 'update-schema', '--schema-name', `postgresql/v12/${schema}`);
    }
  } finally {
    await home.supervisor.close();
  }
}

async function startOnce(programs: string, database: URL, ports: readonly number[]): Promise<LocalServer> {
  const home = await openServerHome('temporal-server');
  const [port = 0] = ports;
  const url = `127.0.0.1:${port}`;
  try {
    await writeConfiguration(home, configurationOf(database, ports));
    const command = {
      file: join(programs, 'server'),
      args: ['--root', home.path, '--config', 'config', '--env', 'development', 'start'],
      directory: home.path,
      logFile: home.logFile,
    };
    return { ...(await startServer("Temporal's server", home, command, () => answers(url))), url, port };
  } catch (error) {
    await home.supervisor.close();
    throw error;
  }
}

async function writeConfiguration(home: ServerHome, configuration: object): Promise<void> {
  await mkdir(join(home.path, 'config'));
  await writeFile(join(home.path, 'config', 'development.yaml'), stringify(configuration));
}

/** https://docs.temporal.io/references/configuration */
function configurationOf(database: URL, ports: readonly number[]): object {
  const [frontend = 0] = ports;
  const store = (databaseName: string) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: database.host,
      connectProtocol: 'tcp',
      user: database.username,
      password: database.password,
      maxConns: 10,
      maxIdleConns: 10,
    },
  });
  const services = SERVICES.map((service, index) => {
    const [grpcPort, membershipPort] = [ports[index], ports[index + SERVICES.length]];
    return [service, { rpc: { grpcPort, membershipPort, bindOnLocalHost: true } }] as const;
  });
  const rpcAddress = `127.0.0.1:${frontend}`;
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { main: store(DATABASES.temporal), visibility: store(DATABASES.visibility) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: Object.fromEntries(services),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: { active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress } },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    publicClient: { hostPort: rpcAddress },
  };
}

async function answers(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    await connection.workflowService.listNamespaces({});
    return true;
  } finally {
    await connection.close();
  }
}

async function createNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace: 'default',
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
  } finally {
    await connection.close();
  }
}
