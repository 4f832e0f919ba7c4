import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { readHorizon, untilFlushed } from '../../../src/postgres/server/watermark';
import { letRaise } from '../../support/platforms/refuse-functions';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';

let database: TestDatabase;
let source: Source;

beforeEach(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  await database.sql('create table t (id integer)');
});

afterEach(async () => {
  await closeSource(source);
  await database.drop();
});

/** As Amazon Aurora refuses them by default. */
const AS_AURORA = { state: '55000', message: 'wal_level must be set to logical' };

test.each([
  ['how far it is written', ['pg_current_wal_flush_lsn']],
  ['where it stands', ['pg_current_wal_insert_lsn', 'pg_current_wal_lsn']],
  ['either, and messages in it are refused', ['pg_current_wal_insert_lsn', 'pg_logical_emit_message']],
])('a watermark is on disk before it is used although the log does not tell %s', async (_, names) => {
  await letRaise(database, AS_AURORA, ...names);
  const position = (name: string) =>
    names.includes(name) ? `original_${name}() as position` : `${name}() as position`;
  await database.sql('set synchronous_commit = off; insert into t values (1)');
  const horizon = await readHorizon(source);
  const [inserted] = await database.sql(`select ${position('pg_current_wal_insert_lsn')}`);
  await untilFlushed(source, horizon);
  const [flushed] = await database.sql(
    `select o.position >= $1::pg_lsn as "isBeyond" from (select ${position('pg_current_wal_flush_lsn')}) as o`,
    [inserted?.['position']],
  );
  expect(flushed).toEqual({ isBeyond: true });
});
