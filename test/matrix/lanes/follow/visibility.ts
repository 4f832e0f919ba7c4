import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

import { startCommand } from '../../../support/command-line';
import { connectElasticsearch } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { type MortalPostgres, startMortalPostgres } from '../../../support/mortal-postgres';
import { createDatabase } from '../../../support/postgres';
import { makeTemporaryFolder } from '../../../support/stack-process';
import { stopCommand } from '../../../support/worker-process';

const WRITERS = 8;
const COMMITS_PER_WRITER = 5_000;
const ROWS = WRITERS * COMMITS_PER_WRITER;
/** A worker that does not look whether the snapshot sees a hint's transaction. */
const BLIND = { NODE_OPTIONS: `--require ${join(__dirname, '../../../support/blind-to-visibility.js')}` };

const elasticsearch = connectElasticsearch();
let folder: string;
let server: MortalPostgres;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  server = await startMortalPostgres(join(folder, 'data'));
});
afterAll(async () => {
  await elasticsearch.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Follows a table of rows that are all new, and does something to them. */
async function followed(
  environment: Readonly<Record<string, string>>,
  work: (followed: FollowedConnector) => Promise<void>,
): Promise<void> {
  const connector = await createFollowedConnector({ database: await createDatabase(server.url) });
  const worker = startCommand(['worker', '--log-level', 'error', '-c', connector.file()], environment);
  try {
    await connector.sql(`
      create table orders (id int primary key, state text);
      insert into orders select i, 'new' from generate_series(1, ${ROWS}) as i;
      create publication pgferry_test for table orders`);
    await eventually('the worker polls', () => worker.stderr().includes('Worker polls'));
    await connector.run('sync');
    await connector.run('follow');
    const { gaps_closed: before } = await connector.untilFollowing();
    await work(connector);
    // Without any sync.
    expect((await connector.shown()).gaps_closed).toBe(before);
  } finally {
    await connector.ask('follow', '--stop').catch(() => undefined);
    await stopCommand(worker);
    await connector.close();
  }
}

async function countNew({ connector: { index_name: index } }: FollowedConnector): Promise<number> {
  await elasticsearch.indices.refresh({ index });
  return (await elasticsearch.count({ index, query: { match: { state: 'new' } } })).count;
}

/** Each writer commits after each of its rows, none of which is written twice. */
async function commitRowByRow(url: string): Promise<void> {
  const started = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(`
        do $$ begin
          for i in 1..${COMMITS_PER_WRITER} loop
            update orders set state = 'changed' where id = i + ${writer * COMMITS_PER_WRITER};
            commit;
          end loop;
        end $$`);
      await client.end();
    }),
  );
  const rate = Math.round(ROWS / ((performance.now() - started) / 1_000));
  process.stderr.write(`follow: ${rate} commits/s of a row each\n`);
}

/** A commit that is on disk, and that no snapshot sees until the standby answers for which it waits. */
async function commitUnseen({ sql, database }: FollowedConnector, meanwhile: () => Promise<void>): Promise<void> {
  const writer = new Client({ connectionString: database.url });
  await writer.connect();
  await sql(`alter system set synchronous_standby_names = 'nobody'`);
  await sql('select pg_reload_conf()');
  await eventually('commits wait for a standby', async () => {
    const [row] = await sql('show synchronous_standby_names');
    return row?.['synchronous_standby_names'] === 'nobody';
  });
  const committing = writer.query(`update orders set state = 'changed' where id = 7`);
  try {
    await eventually('the commit waits', async () => {
      const waiting = await sql(`select 1 from pg_stat_activity where wait_event = 'SyncRep'`);
      return waiting.length === 1;
    });
    await meanwhile();
  } finally {
    await sql('alter system reset synchronous_standby_names');
    await sql('select pg_reload_conf()');
    await committing;
    await writer.end();
  }
}

test('of tens of thousands of commits a second none is lost', async () => {
  await followed({}, async (connector) => {
    await commitRowByRow(connector.database.url);
    await eventually('all of it is there', async () => (await countNew(connector)) === 0, 60_000);
    process.stderr.write(`follow: put back ${(await connector.shown()).put_back ?? 0}\n`);
  });
}, 200_000);

test('a commit that is told before any snapshot sees it is read again', async () => {
  await followed({}, async (connector) => {
    await commitUnseen(connector, async () => {
      await connector.untilShown('it was put back', ({ put_back: keys = 0 }) => keys > 0);
    });
    await connector.untilFound('orders', 'state', { 7: 'changed' });
  });
}, 200_000);

test('without the look whether the snapshot sees it, it would be lost', async () => {
  await followed(BLIND, async (connector) => {
    await commitUnseen(connector, async () => {
      await connector.untilShown('it was read', ({ hints = 0, pending = 1 }) => hints > 0 && pending === 0);
    });
    await sleep(3_000);
    expect(await countNew(connector)).toBe(ROWS);
  });
}, 200_000);
