import { countDifferences } from '../../../src/verify/verification';
import { runInProcess } from '../../support/command-line';
import { connectorEntry, writeConfiguration } from '../../support/configuration-file';
import { grantToPublic, letAnswer, letRaise, revokeFromPublic } from '../../support/platforms/refuse-functions';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

let database: TestDatabase;
let role: string;
let readerUrl: string;
let syncs: Syncs;
let connector: HookedConnector;

beforeAll(async () => {
  [database, syncs] = await Promise.all([createDatabase(), startSyncs()]);
  role = `${database.name}_reader`;
  await database.sql(`
    create role ${role} login password 'not to be shown';
    create table item (id integer primary key, label text default 'new');
    insert into item select n, 'item' from generate_series(1, 100) as n;
    create table part (id integer primary key) partition by range (id);
    create table part_1 partition of part for values from (0) to (1000);
    insert into part values (1);
    grant select on all tables in schema public to ${role}`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, 'not to be shown'];
  readerUrl = url.href;
  connector = syncs.connect(readerUrl);
  await connector.sync();
});

afterAll(async () => {
  await syncs.stop();
  await database.sql(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
});

/** What `pgferry check` prints. */
async function check(): Promise<{ code: number | null; stderr: string }> {
  const entry = connectorEntry({ url: readerUrl, name: database.name });
  const { code, stderr } = await runInProcess(['check', '-c', writeConfiguration({ connectors: [entry] })]);
  return { code, stderr };
}

/** What changed is found, and no more is lost. */
async function expectSyncs(): Promise<void> {
  await database.sql(`update item set label = label || '.' where id <= 7`);
  expect((await connector.sync('incremental')).indexed).toBeGreaterThanOrEqual(7);
  expect(countDifferences(await connector.verify())).toBe(0);
}

/** By name, with what has to be granted: `check` says so, and the sync too. */
const NEEDED: readonly (readonly [name: string, grant: string])[] = [
  ['pg_is_in_recovery', 'execute on function "pg_is_in_recovery"'],
  ['pg_current_snapshot', 'execute on function pg_catalog.pg_current_snapshot()'],
  ['pg_relation_filenode', 'execute on function pg_catalog.pg_relation_filenode(regclass)'],
  ['pg_relation_size', 'execute on function pg_catalog.pg_relation_size(regclass, text)'],
  ['pg_get_expr', 'execute on function pg_catalog.pg_get_expr(pg_node_tree, oid)'],
  ['row_security_active', 'execute on function pg_catalog.row_security_active(oid)'],
  ['has_function_privilege', 'execute on function "has_function_privilege"'],
  ['sha256', 'execute on function pg_catalog.sha256(bytea)'],
  ['hashtextextended', 'execute on function pg_catalog.hashtextextended(text, bigint)'],
  ['txid_current_snapshot', 'execute on function pg_catalog.txid_current_snapshot()'],
  ['txid_snapshot_xmax', 'execute on function pg_catalog.txid_snapshot_xmax(txid_snapshot)'],
  ['age', 'execute on function pg_catalog.age(xid)'],
  ['pg_database', 'select on pg_catalog.pg_database'],
  ['pg_attrdef', 'select on pg_catalog.pg_attrdef'],
];

test.each(NEEDED)('%s is needed: check names the grant, and a sync ends with it', async (name, grant) => {
  await revokeFromPublic(database, name);
  try {
    const { code, stderr } = await check();
    expect(stderr).toContain(`→ grant ${grant} to "${role}";`);
    expect(code).not.toBe(0);
    await expect(connector.sync()).rejects.toMatchObject({
      type: 'SourcePermission',
      message: expect.stringContaining(`grant ${grant} to "${role}";`) as string,
    });
  } finally {
    await grantToPublic(database, name);
  }
});

const LOG = 'does not tell where its log stands (42501)';

/** By name, with what `check` notes; undefined where nothing is lost. */
const OPTIONAL: readonly (readonly [name: string, note: string | undefined])[] = [
  ['pg_current_wal_lsn', LOG],
  ['pg_walfile_name', LOG],
  ['pg_current_wal_insert_lsn', LOG],
  ['pg_current_wal_flush_lsn', LOG],
  ['pg_control_system', 'does not tell its system identifier (42501)'],
  ['pg_control_checkpoint', undefined],
  ['pg_xact_commit_timestamp', 'does not tell when transactions committed (42501)'],
  ['pg_last_committed_xact', undefined],
  ['txid_current', undefined],
  ['txid_status', undefined],
  ['pg_prepared_xacts', 'does not tell which transactions are prepared (42501)'],
  ['pg_stat_activity', 'does not tell which transactions are open (42501)'],
];

test.each(OPTIONAL)('%s is optional: check says what is lost without it, and syncs work', async (name, note) => {
  await revokeFromPublic(database, name);
  try {
    const { code, stderr } = await check();
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('✓ e2e-') as string });
    const notes = stderr.split('\n').filter((line) => line.includes('does not tell'));
    expect(notes).toEqual(note === undefined ? [] : [expect.stringContaining(note)]);
    if (note !== undefined) expect(stderr).toMatch(/→ grant (?:execute|select) on .* to ".*_reader";/u);
    await expectSyncs();
  } finally {
    await grantToPublic(database, name);
  }
});

test('optional ones that raise, although they are granted, are done without as well', async () => {
  const names = ['pg_control_system', 'pg_last_committed_xact', 'pg_xact_commit_timestamp', 'pg_walfile_name'];
  await letRaise(database, { state: '0A000', message: 'not supported' }, ...names);
  try {
    const { code, stderr } = await check();
    expect(code).toBe(0);
    expect(stderr.match(/does not tell .* \(0A000\)/gu)).toHaveLength(3);
    await expectSyncs();
  } finally {
    await letAnswer(database, ...names);
  }
});
