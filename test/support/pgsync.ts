import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findFreePort } from '../../src/ports/find-free-port';
import { debianProgram } from './debian-program';
import { installPythonPackages, PYTHON } from './python-packages';

/** pgsync over a database, with a Redis of its own. */
export interface Pgsync {
  /** Makes its triggers, views and slot. */
  readonly bootstrap: () => Promise<void>;
  /** Writes all documents. */
  readonly sync: () => Promise<void>;
  /** Follows changes until it is stopped. */
  readonly follow: () => { readonly stop: () => Promise<void> };
  /** Takes out of the database what `bootstrap` made. */
  readonly teardown: () => Promise<void>;
  /** Ends its Redis and forgets how far it was. */
  readonly close: () => Promise<void>;
}

export interface PgsyncOptions {
  /** URL of the database, of a server with `wal_level` logical. */
  readonly database: string;
  /** URL of Elasticsearch. */
  readonly elasticsearch: string;
  /** Content of schema.json. */
  readonly schema: unknown;
}

/** @throws Error without Python and PyPI, or where redis-server is not there and can't be installed */
export async function startPgsync({ database, elasticsearch, schema }: PgsyncOptions): Promise<Pgsync> {
  const redisServer = await debianProgram('redis-server');
  const packages = await installPythonPackages(join(__dirname, 'pgsync-requirements.txt'));
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-pgsync-'));
  const port = await findFreePort();
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', folder];
  const redis = spawn(redisServer, options, { stdio: 'ignore' });
  const file = join(folder, 'schema.json');
  writeFileSync(file, JSON.stringify(schema));
  const { hostname, port: postgresPort, username, password, pathname } = new URL(database);
  const settings = {
    env: {
      PATH: process.env['PATH'],
      PYTHONPATH: packages,
      PG_HOST: hostname,
      PG_PORT: postgresPort,
      PG_USER: decodeURIComponent(username),
      PG_PASSWORD: decodeURIComponent(password),
      PG_DATABASE: pathname.slice(1),
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(port),
      ELASTICSEARCH: 'true',
      ELASTICSEARCH_URL: elasticsearch,
    },
    // Its checkpoint is a file of the working directory.
    cwd: folder,
    maxBuffer: 1e9,
  };
  const call = (program: string, ...args: string[]) => [join(packages, 'bin', program), '--config', file, ...args];
  const run = async (program: string, ...args: string[]): Promise<void> => {
    await promisify(execFile)(PYTHON, call(program, ...args), settings);
  };
  return {
    bootstrap: () => run('bootstrap'),
    sync: () => run('pgsync'),
    follow: () => {
      const daemon = spawn(PYTHON, call('pgsync', '--daemon'), { ...settings, stdio: 'ignore' });
      return { stop: () => end(daemon) };
    },
    teardown: () => run('bootstrap', '--teardown'),
    close: async () => {
      await end(redis);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
