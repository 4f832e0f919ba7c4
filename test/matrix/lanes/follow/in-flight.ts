import { setTimeout as pause } from 'node:timers/promises';

import { readJson, type RunningCommand } from '../../../support/command-line';
import { connectElasticsearch } from '../../../support/elasticsearch';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';

interface Verified {
  readonly ok: boolean;
  readonly in_flight?: number;
  readonly differences: readonly { readonly id: string; readonly kind: string; readonly fields?: readonly string[] }[];
}

let followed: FollowedConnector;
let worker: RunningCommand;
const elasticsearch = connectElasticsearch();
const over = new AbortController();
let writing: Promise<void>;
let rounds = 0;

beforeAll(async () => {
  followed = await createFollowedConnector();
  worker = await followed.begin(`
    create table orders (id int primary key, state text);
    create table totals (id int primary key, state text);
    insert into orders select i, 'new' from generate_series(1, 20000) as i;
    insert into totals select i, 'new' from generate_series(1, 5) as i;
    create publication pgferry_test for table orders, totals`);
  // Every tenth second two rows that never rest, some that come and go, and some that change now and then; none above 900.
  const write = async () => {
    while (!over.signal.aborted) {
      rounds += 1;
      await followed.sql(`
        update totals set state = 'round ${rounds}' where id < 3;
        update orders set state = 'round ${rounds}' where id between ${(rounds * 50) % 10_000} and ${(rounds * 50) % 10_000} + 49;
        delete from orders where id % 1000 = ${rounds % 900};
        insert into orders select i, 'again' from generate_series(1, 20000) as i where i % 1000 = ${(rounds + 895) % 900}
          on conflict do nothing`);
      await pause(100);
    }
  };
  writing = write();
}, 120_000);
afterAll(async () => {
  over.abort();
  await writing;
  await Promise.all([followed.close(), elasticsearch.close()]);
});

async function verify(): Promise<Verified> {
  return readJson<Verified>(await followed.run('verify', '--json'));
}

test('rows that change while they are compared are no differences, also where the stream is late', async () => {
  const onTime = await verify();
  worker.child.kill('SIGSTOP');
  const goOn = pause(5_000).then(() => worker.child.kill('SIGCONT'));
  const late = await verify();
  await goOn;
  expect([onTime, late].map(({ ok, differences }) => ({ ok, differences }))).toEqual([
    { ok: true, differences: [] },
    { ok: true, differences: [] },
  ]);
  expect(late.in_flight).toBeGreaterThan(0);
}, 400_000);

test('a document that is wrong, missing or too many is told from those that are on their way', async () => {
  const { connector_id: id, index_name: index } = followed.connector;
  const idOf = (key: number | string) => `${id}:public.orders:${key}`;
  const { _source: stranger } = await elasticsearch.get<Record<string, unknown>>({ index, id: idOf(15_555) });
  await elasticsearch.update({ index, id: idOf(15_998), doc: { state: 'spoilt' } });
  await elasticsearch.delete({ index, id: idOf(15_999) });
  await elasticsearch.index({ index, id: idOf(999_999), document: stranger });
  const { ok, differences } = await verify();
  expect(ok).toBe(false);
  expect(differences.map(({ id: of, kind }) => [of, kind]).sort()).toEqual([
    [idOf(15_998), 'changed'],
    [idOf(15_999), 'missing'],
    [idOf(999_999), 'extra'],
  ]);
}, 400_000);
