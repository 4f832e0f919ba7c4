import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findFreePort } from '../../src/ports/find-free-port';
import { findTemporal } from '../../src/stack/programs/temporal-program';
import { type FinishedCommand, runCommand, type RunningCommand, startCommand } from './command-line';
import { connectorEntry, writeFile } from './configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from './elasticsearch';
import { eventually } from './eventually';
import { createDatabase, type TestDatabase } from './postgres';

/** A file for `pgferry up` with one connector, free ports, and commands that use them. */
export interface OwnUp {
  readonly file: string;
  readonly connector: string;
  readonly index: string;
  readonly database: TestDatabase;
  /** The Temporal CLI. */
  readonly program: string;
  readonly ports: { readonly temporal: number; readonly ui: number; readonly page: number };
  /** The command line of an `up` in a folder. */
  readonly args: (data: string) => readonly string[];
  /** Starts it, and waits until it has the schedules of the file. */
  readonly start: (data: string, environment?: NodeJS.ProcessEnv) => Promise<RunningCommand>;
  /** Runs a command that speaks to its server. */
  readonly run: (...args: readonly string[]) => Promise<FinishedCommand>;
  readonly close: () => Promise<void>;
}

/** @param rows - of the connector's table; 100,000 take some seconds to copy */
export async function createOwnUp(rows: number): Promise<OwnUp> {
  const database = await createDatabase();
  await database.sql('create table item (id integer primary key, label text)');
  await database.sql(`insert into item select n, repeat('x', 200) || n from generate_series(1, ${rows}) as n`);
  const scheduling = { full: { enabled: true, interval: '0 0 0 * * ?' } };
  const entry = connectorEntry(database, {}, { scheduling });
  const { connector_id: connector, index_name: index } = entry;
  // Other commands find the server by the variable; `up` brings one along while nobody sets it.
  const temporal = { address: '${UP_TEMPORAL:-localhost:7233}' };
  const file = writeFile(
    JSON.stringify({ elasticsearch: { host: elasticsearchUrl() }, temporal, connectors: [entry] }),
  );
  const program = await findTemporal(() => undefined);
  const ports = { temporal: await findFreePort(), ui: await findFreePort(), page: await findFreePort() };
  const named = ['--port', ports.temporal, '--ui-port', ports.ui, '--page-port', ports.page].map(String);
  const args = (data: string) => ['up', '-c', file, '--data', data, '--temporal-cli', program, ...named];
  return {
    ...{ file, connector, index, database, program, ports, args },
    start: async (data, environment) => {
      const up = startCommand(args(data), environment);
      await untilItWorks(up);
      return up;
    },
    run: (...command) => runCommand([...command, '-c', file], { UP_TEMPORAL: `127.0.0.1:${ports.temporal}` }),
    close: async () => {
      const elasticsearch = connectElasticsearch();
      await deleteIndices(elasticsearch, index);
      await elasticsearch.close();
      await database.drop();
    },
  };
}

/** Milliseconds that it may take on a busy machine. */
const STARTS_MS = 180_000;

/** Waits until an `up` has the schedules of its file. */
export async function untilItWorks(up: RunningCommand): Promise<void> {
  await eventually(
    'pgferry up works',
    () => {
      if (up.child.exitCode !== null || up.child.signalCode !== null) throw new Error(`it ended: ${up.stderr()}`);
      return up.stderr().includes('Schedules: ');
    },
    STARTS_MS,
  );
}

/** A path for a folder of `up` that is not there yet. */
export function newDataFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'pgferry-up-')), 'data');
}

/** Ids of the processes that a folder's `up` notes: its own, and Temporal's. */
export function processesOf(data: string): readonly number[] {
  const noted = JSON.parse(readFileSync(join(data, 'up.json'), 'utf8')) as Record<string, { readonly pid: number }>;
  return Object.values(noted).map(({ pid }) => pid);
}
