import { readJson } from '../../../support/command-line';
import { connectElasticsearch } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

const elasticsearch = connectElasticsearch();
let followed: FollowedConnector;

async function untilFound(expected: readonly string[]): Promise<number> {
  const started = performance.now();
  const isFound = async () => {
    const { hits } = await elasticsearch.search<{ name: string; state: string }>({
      index: followed.connector.index_name,
    });
    const found = hits.hits.map(({ _source }) => `${_source?.name} ${_source?.state}`).sort();
    return JSON.stringify(found) === JSON.stringify(expected);
  };
  await eventually(`documents are ${expected.join(', ')}`, isFound, 30_000);
  return performance.now() - started;
}

beforeAll(async () => {
  followed = await createFollowedConnector({
    connector: {
      continuous: { min_interval: '1s' },
      sync_rules: {
        advanced: [
          {
            tables: ['orders'],
            query: `select o.id, o.state, c.name from orders as o join customers as c on c.id = o.customer`,
            id_columns: ['id'],
          },
        ],
      },
    },
  });
});
afterAll(async () => {
  await elasticsearch.close();
  await followed.close();
});

test('a rule follows every table that its query reads, whether it names them or not', async () => {
  await followed.sql(`
    create table customers (id int primary key, name text);
    create table orders (id int primary key, customer int, state text);
    insert into customers values (1, 'Ada'), (2, 'Bob');
    insert into orders values (1, 1, 'new'), (2, 2, 'new')`);
  interface Checked {
    readonly checked: readonly {
      readonly connector_id: string;
      readonly problems: readonly { readonly remedy: string }[];
    }[];
  }
  const check = async () => {
    const { checked } = readJson<Checked>(await followed.ask('check', '--json'));
    const { connector_id: id } = followed.connector;
    return checked.find((connector) => connector.connector_id === id)?.problems ?? [];
  };
  const [problem] = await check();
  expect(problem?.remedy).toContain('for table "public"."customers", "public"."orders"');
  await followed.sql(/`([^`]+)`/u.exec(problem?.remedy ?? '')?.[1] ?? '');
  expect(await check()).toEqual([]);
  await followed.begin('select 1');
  const { read_again: readAgain = [] } = await followed.shown();
  expect(readAgain).toMatchObject([{ tables: ['public.customers', 'public.orders'], unheard: [] }]);

  await followed.sql(`update customers set name = 'Bert' where id = 2`);
  const took = await untilFound(['Ada new', 'Bert new']);
  process.stderr.write(`follow: a rule was read again after ${Math.round(took)} ms\n`);
  await followed.sql(`delete from orders where id = 1`);
  await untilFound(['Bert new']);
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
}, 120_000);
