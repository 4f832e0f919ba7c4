import { join } from 'node:path';
import { Client } from 'pg';

import { startCommand } from '../../../support/command-line';
import { connectElasticsearch } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { createFollowedConnector } from '../../../support/followed-connector';
import { stopCommand } from '../../../support/worker-process';

const WRITERS = 8;
const COMMITS_PER_WRITER = 5_000;
const ROWS = WRITERS * COMMITS_PER_WRITER;

/** Each writer commits after each of its rows, none of which is written twice. */
async function commitRowByRow(url: string): Promise<number> {
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
  return ROWS / ((performance.now() - started) / 1_000);
}

async function countLost(environment: Readonly<Record<string, string>>) {
  const followed = await createFollowedConnector();
  const elasticsearch = connectElasticsearch();
  const worker = startCommand(['worker', '--log-level', 'error', '-c', followed.file()], environment);
  try {
    await followed.sql(`
      create table orders (id int primary key, state text);
      insert into orders select i, 'new' from generate_series(1, ${ROWS}) as i;
      create publication pgferry_test for table orders`);
    await eventually('the worker polls', () => worker.stderr().includes('Worker polls'));
    await followed.run('sync');
    await followed.run('follow');
    const { gaps_closed: before } = await followed.untilFollowing();
    const rate = await commitRowByRow(followed.database.url);
    const { gaps_closed: after, put_back: putBack } = await followed.untilShown(
      'all of it came',
      ({ hints = 0, pending = 1 }) => hints >= ROWS && pending === 0,
    );
    // Without any sync.
    expect(after).toBe(before);
    await eventually('the last batches are acknowledged', async () => (await followed.shown()).pending === 0);
    const { index_name: index } = followed.connector;
    await elasticsearch.indices.refresh({ index });
    const lost = await elasticsearch.count({ index, query: { match: { state: 'new' } } });
    return { rate: Math.round(rate), putBack, lost: lost.count };
  } finally {
    await followed.ask('follow', '--stop').catch(() => undefined);
    await stopCommand(worker);
    await followed.close();
    await elasticsearch.close();
  }
}

test('a commit that is told before snapshots see it is read again: none is lost, and some would be otherwise', async () => {
  const careful = await countLost({});
  process.stderr.write(`follow: ${JSON.stringify(careful)}\n`);
  expect(careful.lost).toBe(0);
  const blind = { NODE_OPTIONS: `--require ${join(__dirname, '../../../support/blind-to-visibility.js')}` };
  const careless = await countLost(blind);
  process.stderr.write(`follow: without the look whether the snapshot sees them: ${JSON.stringify(careless)}\n`);
  expect(careless.lost).toBeGreaterThan(0);
}, 300_000);
