import { readJson } from '../../support/command-line';
import { type ConfiguredConnector, createConfiguredConnector } from '../../support/configured-connector';
import { connectElasticsearch } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';

interface ShownStream {
  readonly phase: string | null;
  readonly doing?: string;
  readonly left?: readonly { readonly relation: string; readonly reason: string }[];
}

const elasticsearch = connectElasticsearch();
let configured: ConfiguredConnector;
const sql = (text: string) => configured.database.sql(text);

beforeAll(async () => {
  configured = await createConfiguredConnector({
    connector: {
      documents: { field_names: 'plain' },
      continuous: { publication: 'pgferry_test', refresh_interval: '100ms' },
    },
  });
  await sql(`
    create table orders (id int primary key, state text);
    create table lines (orders int, line numeric, text text, primary key (orders, line));
    create table logs (id int primary key, text text);
    insert into orders select i, 'new' from generate_series(1, 100) as i;
    create publication pgferry_test for table orders, lines`);
});
afterAll(async () => {
  await configured.run('follow', '--stop').catch(() => undefined);
  await configured.close();
  await elasticsearch.close();
});

async function untilFollowing(): Promise<ShownStream> {
  let shown: ShownStream = { phase: null };
  const isFollowing = async () => {
    shown = readJson<{ stream: ShownStream }>(await configured.ask('jobs', 'show', '--json')).stream;
    return shown.phase === 'following' && shown.doing === 'reading changes';
  };
  await eventually('changes are followed', isFollowing).catch((error: unknown) => {
    throw new Error(JSON.stringify(shown), { cause: error });
  });
  return shown;
}

/** The values of a column of all documents of a relation, by the keys in their ids. */
async function read(relation: string, column: string): Promise<Record<string, unknown>> {
  const index = configured.connector.index_name;
  const prefix = `${configured.connector.connector_id}:public.${relation}:`;
  const { hits } = await elasticsearch.search<Record<string, unknown>>({ index, size: 1_000 });
  return Object.fromEntries(
    hits.hits
      .filter(({ _id }) => _id?.startsWith(prefix))
      .map(({ _id, _source }) => [_id?.slice(prefix.length), _source?.[column]]),
  ) as Record<string, unknown>;
}

async function untilFound(relation: string, column: string, expected: Record<string, unknown>): Promise<number> {
  const started = performance.now();
  let found: Record<string, unknown> = {};
  await eventually(
    `${relation} is ${JSON.stringify(expected)}`,
    async () => {
      found = await read(relation, column);
      return Object.entries(expected).every(([key, value]) => found[key] === value);
    },
    20_000,
  ).catch(async (error: unknown) => {
    const { stdout } = await configured.ask('jobs', 'show', '--json');
    throw new Error(`${JSON.stringify(found).slice(0, 300)} ${stdout}`, { cause: error });
  });
  return performance.now() - started;
}

test('changes are found within a second, without any sync', async () => {
  const worker = await configured.startWorker();
  await configured.run('sync');
  await configured.run('follow');
  const { left } = await untilFollowing();
  expect(left).toEqual([{ relation: 'public.logs', reason: 'it is not in the publication' }]);

  const took: number[] = [];
  await sql(`insert into orders values (101, 'inserted')`);
  took.push(await untilFound('orders', 'state', { 101: 'inserted' }));
  await sql(`update orders set state = 'updated' where id = 1`);
  took.push(await untilFound('orders', 'state', { 1: 'updated' }));
  await sql(`delete from orders where id = 2`);
  took.push(await untilFound('orders', 'state', { 2: undefined }));
  await sql(`update orders set id = 1003 where id = 3`);
  took.push(await untilFound('orders', 'state', { 3: undefined, 1003: 'new' }));
  await sql(`insert into lines values (1, 1.0, 'a'), (1, 2, 'b, %')`);
  took.push(await untilFound('lines', 'text', { '1,1.0': 'a', '1,2': 'b, %' }));
  await sql(`update lines set line = 1.00 where line = 1`);
  took.push(await untilFound('lines', 'text', { '1,1.0': undefined, '1,1.00': 'a' }));
  process.stderr.write(`follow: ${took.map((ms) => Math.round(ms)).join(', ')} ms\n`);
  expect(Math.max(...took)).toBeLessThan(1_000);

  // Only a sync sees what is gone of a truncated table.
  await sql(`truncate lines`);
  await untilFound('lines', 'text', { '1,2': undefined, '1,1.00': undefined });

  // Nobody hears of what happens without a worker; the stream that comes after it owes a sync.
  worker.child.kill('SIGKILL');
  await worker.finished;
  await sql(`update orders set state = 'meanwhile' where id <= 50; delete from orders where id = 60`);
  await configured.startWorker();
  await untilFound('orders', 'state', { 1: 'meanwhile', 50: 'meanwhile', 60: undefined });
  await untilFollowing();

  await configured.run('follow', '--stop');
  expect(await sql(`select 1 from pg_replication_slots where database = current_database()`)).toEqual([]);
  expect((await configured.run('verify')).code).toBe(0);
}, 120_000);
