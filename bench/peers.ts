import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client as Elasticsearch } from '@elastic/elasticsearch';

import { findFreePort } from '../src/ports/find-free-port';
import { cacheDirectory } from '../src/stack/processes/cache-directory';
import { findCommand } from '../src/stack/programs/find-command';
import { type Bench, take } from './bench';
import type { Sample } from './sample';

const run = promisify(execFile);
const INDEX = 'bench-pgsync';

/** What logical decoding, which pgsync follows, needs of PostgreSQL. */
export const PEER_SETTINGS = { wal_level: 'logical' } as const;

/** What users would pick instead, on the same data, servers and run. A peer that can't be had is skipped by name. */
export async function measurePeers(bench: Bench, table: string): Promise<void> {
  const [redis, python] = [findCommand('redis-server'), findCommand('python3')];
  if (redis === undefined || python === undefined) {
    bench.say('pgsync: skipped, it needs redis-server and python3 (Debian: apt install redis-server python3-venv)');
    return;
  }
  try {
    const program = await installPgsync(python);
    await withPgsync(bench, { redis, program, table }, (sync) =>
      take(bench, { id: 'pgsync', what: 'pgsync, first sync', run: sync }),
    );
  } catch (error) {
    bench.say(`pgsync: skipped: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function installPgsync(python: string): Promise<string> {
  const home = join(cacheDirectory(), 'pgsync');
  const programs = join(home, 'bin');
  if (!existsSync(join(programs, 'pgsync'))) {
    await run(python, ['-m', 'venv', home]);
    await run(join(programs, 'pip'), ['install', '--quiet', 'pgsync']);
  }
  return programs;
}

interface PgsyncSetup {
  readonly redis: string;
  /** Folder with its programs. */
  readonly program: string;
  readonly table: string;
}

async function withPgsync(
  { stage, rows }: Bench,
  { redis, program, table }: PgsyncSetup,
  work: (sync: (attempt: number) => Promise<Sample>) => Promise<unknown>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-bench-pgsync-'));
  const port = await findFreePort();
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', folder];
  const server = spawn(redis, options, { stdio: 'ignore' });
  const schema = join(folder, 'schema.json');
  const database = new URL(stage.database);
  const name = database.pathname.slice(1);
  writeFileSync(schema, JSON.stringify([{ database: name, index: INDEX, nodes: { table } }]));
  const environment = {
    PATH: `${program}:/usr/bin:/bin`,
    PG_HOST: database.hostname,
    PG_PORT: database.port,
    PG_USER: decodeURIComponent(database.username),
    PG_PASSWORD: decodeURIComponent(database.password),
    PG_DATABASE: name,
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(port),
    ELASTICSEARCH_URL: stage.elasticsearch,
    ELASTICSEARCH: 'true',
  };
  const execute = (command: string, args: readonly string[], cwd: string) =>
    run(join(program, command), ['--config', schema, ...args], { env: environment, cwd, maxBuffer: 1e9 });
  const sync = async (attempt: number): Promise<Sample> => {
    await deleteIndex(stage.elasticsearch);
    // Its checkpoint lies in a file of the working directory: a new one makes it start over.
    const directory = join(folder, String(attempt));
    mkdirSync(directory);
    await execute('bootstrap', [], directory);
    const started = performance.now();
    await execute('pgsync', [], directory);
    const seconds = (performance.now() - started) / 1_000;
    const documents = await countDocuments(stage.elasticsearch);
    await execute('bootstrap', ['--teardown'], directory);
    if (documents < rows * 0.9) throw new Error(`it left ${documents} documents`);
    return { seconds, documents };
  };
  try {
    await work(sync);
  } finally {
    server.kill();
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function deleteIndex(node: string): Promise<void> {
  const client = new Elasticsearch({ node });
  await client.indices.delete({ index: INDEX, ignore_unavailable: true });
  await client.close();
}

async function countDocuments(node: string): Promise<number> {
  const client = new Elasticsearch({ node });
  await client.indices.refresh({ index: INDEX });
  const { count } = await client.count({ index: INDEX });
  await client.close();
  return count;
}
