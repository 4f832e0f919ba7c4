import { createAuthority } from '../../../support/certificates';
import { type EncryptedPostgres, startEncryptedPostgres } from '../../../support/encrypted-postgres';
import { createFollowedConnector, type FollowedConnector } from '../../../support/followed-connector';
import { createDatabase } from '../../../support/postgres';

const TRANSACTIONS = 20_000;

let postgres: EncryptedPostgres;
let followed: FollowedConnector;

beforeAll(async () => {
  const authority = await createAuthority('pgferry test');
  postgres = await startEncryptedPostgres(await authority.issue({ hosts: ['localhost'] }), authority, []);
  const ssl = { host: 'localhost', ssl_enabled: true, ssl_ca: authority.certificate };
  followed = await createFollowedConnector({ database: await createDatabase(postgres.url), source: ssl });
  await followed.begin(`
    create table seats (id int primary key, taken int);
    insert into seats select i, 0 from generate_series(1, 1000) as i;
    create procedure take_one_by_one(transactions int) language plpgsql as $$
      begin
        for i in 1 .. transactions loop
          update seats set taken = i where id = i % 1000 + 1;
          commit;
        end loop;
      end $$;
    create publication pgferry_test for table seats`);
}, 120_000);
afterAll(async () => {
  await followed.close();
  await postgres.stop();
});

test('the stream reads over TLS', async () => {
  const encrypted = await followed.sql(`
    select s.ssl from pg_stat_replication as r join pg_stat_ssl as s using (pid)
    where r.application_name like 'pgferry follow %'`);
  expect(encrypted).toEqual([{ ssl: true }]);
});

test('thousands of small transactions a second come over TLS as fast as they are made', async () => {
  await followed.sql(`call take_one_by_one(${TRANSACTIONS})`);
  // One message a rest would be some hundred a second.
  await followed.untilFound('seats', 'taken', { 1: TRANSACTIONS, 1000: TRANSACTIONS - 1 }, 20_000);
  expect(await followed.shown()).toMatchObject({ owed: [], gaps_closed: 1 });
});

test('a single transaction of many rows comes over TLS', async () => {
  await followed.sql(`insert into seats select i, i from generate_series(1001, 51000) as i`);
  await followed.untilFound('seats', 'taken', { 1001: 1001, 51000: 51_000 }, 60_000);
  await followed.untilFollowing();
  expect(await followed.run('verify')).toMatchObject({ code: 0 });
});
