import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { parse, stringify } from 'yaml';

import { type FinishedCommand, runInProcess } from './command-line';
import { uniqueTaskQueue, writeFile } from './configuration-file';
import { sendRequest } from './curl';
import { connectElasticsearch, deleteIndices } from './elasticsearch';
import { exampleFile } from './example-files';
import { postgresUrl } from './postgres';
import { startWorkerProcess, stopCommand } from './worker-process';

const PREPARE = exampleFile('.', 'prepare.js');

/** An example with its database, as `examples/prepare.js` makes it, and a worker of its own. */
export interface PreparedExample {
  /** Connectors by the name that the example gives them. */
  readonly connectors: readonly string[];
  /** The name that a connector or index of the example has here. */
  readonly rename: (name: string) => string;
  /** The task queue of its worker. */
  readonly taskQueue: string;
  /** Runs a command of pgferry over its configuration. */
  readonly run: (...args: readonly string[]) => Promise<FinishedCommand>;
  /** Asks Elasticsearch; the address begins with an index as the example calls it. */
  readonly search: (address: string, body: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

interface ExampleConfiguration {
  readonly temporal: object;
  readonly connectors: readonly { readonly connector_id: string; readonly index_name: string }[];
}

/**
 * Makes an example ready to run on the tests' servers. These are shared with other tests, and may be somebody's own: so
 * connectors, indices, the database and the task queue get names that nothing else has, and all else stays as it is.
 */
export async function prepareExample(example: string): Promise<PreparedExample> {
  const suffix = randomBytes(6).toString('hex');
  const rename = (name: string) => `${name}-${suffix}`;
  const database = `example_${suffix}`;
  const environment = await runPrepare(example, database);
  // Commands of this process and the worker read it, as those of one shell do. Jest gives each test file its own.
  Object.assign(process.env, environment);
  const text = readFileSync(environment['PGFERRY_CONFIG'] ?? '', 'utf8');
  const original = parse(text, { merge: true }) as ExampleConfiguration;
  const taskQueue = uniqueTaskQueue();
  const file = writeFile(stringify(renameAll(original, rename, taskQueue)));
  const worker = await startWorkerProcess(file);
  const client = connectElasticsearch();
  return {
    connectors: original.connectors.map((connector) => connector.connector_id),
    rename,
    taskQueue,
    run: (...args) => runInProcess([...args, '-c', file]),
    search: async (address, body) => {
      const [, index = '', rest = ''] = /^([^/?]+)(.*)$/.exec(address) ?? [];
      await client.indices.refresh({ index: rename(index) });
      return sendRequest(client, { address: `${rename(index)}${rest}`, body });
    },
    close: async () => {
      await stopCommand(worker);
      await Promise.all(original.connectors.map(({ index_name }) => deleteIndices(client, rename(index_name))));
      await client.close();
      await dropDatabase(database);
    },
  };
}

function renameAll(
  { temporal, connectors, ...others }: ExampleConfiguration,
  rename: (name: string) => string,
  taskQueue: string,
): ExampleConfiguration {
  return {
    ...others,
    temporal: { ...temporal, task_queue: taskQueue },
    connectors: connectors.map(({ connector_id, index_name, ...connector }) => ({
      connector_id: rename(connector_id),
      index_name: rename(index_name),
      ...connector,
    })),
  };
}

/** What a shell has after `eval "$(node examples/prepare.js …)"`. */
async function runPrepare(example: string, database: string): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)(process.execPath, [PREPARE, example, database], {
    // This file's own: jest's are not those that a child would inherit.
    env: { ...process.env },
  });
  return Object.fromEntries(
    [...stdout.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

async function dropDatabase(name: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  await client.query(`drop database if exists ${name}`);
  await client.end();
}
