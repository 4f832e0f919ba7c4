import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { eventually } from '../../support/eventually';
import { expectInStep } from '../../support/expect-in-step';
import { makeStandby, type MortalPostgres, runSql, startMortalPostgres } from '../../support/mortal-postgres';
import { makeTemporaryFolder } from '../../support/stack-process';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

let syncs: Syncs;
let folder: string;
let server: MortalPostgres;
const standbys: MortalPostgres[] = [];

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  [syncs, server] = await Promise.all([startSyncs(), startMortalPostgres(join(folder, 'primary'))]);
});

afterAll(async () => {
  await syncs.stop();
  await Promise.all([server, ...standbys].map((one) => one.stop()));
  await rm(folder, { recursive: true });
});

interface SyncedTable {
  readonly connector: HookedConnector;
  /** Path of the database in a server's address. */
  readonly database: string;
  readonly sql: (text: string) => Promise<Record<string, unknown>[]>;
}

/** A table of 100 rows in a database of its own, which is in step with an index. */
async function syncTable(database: string): Promise<SyncedTable> {
  await server.sql(`create database ${database}`);
  const url = addressOf(server, database);
  const sql = (text: string) => runSql(url, text);
  await sql(
    `create table t (id int primary key, v text); insert into t select i, 'v' from generate_series(1, 100) as i`,
  );
  const connector = syncs.connect(url);
  await connector.sync();
  return { connector, database, sql };
}

function addressOf({ url }: MortalPostgres, database: string): string {
  return new URL(`/${database}`, url).href;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done = false;
  return async () => {
    if (done) return;
    done = true;
    await work();
  };
}

/** What gives out transaction ids and leaves nothing in the log that anybody waits for. */
const ROLLED_BACK = `do $$ begin
  for i in 1..50 loop
    begin update t set v = 'never' where id = 1; raise 'undo'; exception when others then null; end;
  end loop;
  raise 'undo all';
end $$`;

describe('the index is in step after an incremental sync although', () => {
  test('PostgreSQL crashed after transactions that were rolled back, and gives out their ids again', async () => {
    const { connector, sql } = await syncTable('rolled_back');
    await expect(sql(ROLLED_BACK)).rejects.toThrow('undo all');
    const crash = async () => {
      await server.crash();
      await server.start();
    };
    connector.hook({ after: { planSync: once(crash) } });
    await connector.sync('incremental');
    await sql(`update t set v = 'after the crash' where id = 7`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 1 });
    await expectInStep(connector, sql);
  });

  test('a crash of PostgreSQL lost a commit that the last sync had seen', async () => {
    const { connector, sql } = await syncTable('lost_commit');
    const commitWithoutWaiting = async () => {
      await server.holdLog();
      await sql(`set synchronous_commit = off; update t set v = 'lost' where id = 7`);
    };
    connector.hook({ before: { catchUpRelations: once(commitWithoutWaiting) } });
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 1 });
    connector.hook({});
    await server.crash();
    await server.start();
    expect(await sql('select v from t where id = 7')).toEqual([{ v: 'v' }]);
    await connector.sync('incremental');
    await expectInStep(connector, sql);
  });

  test('a backup took the place of the database, and the ids of lost transactions were given out again', async () => {
    const { connector, sql } = await syncTable('restored');
    await server.stop();
    await server.copyTo(join(folder, 'backup'));
    await server.start();
    for (const id of [1, 2, 3]) await sql(`update t set v = 'lost' where id = ${id}`);
    await connector.sync('incremental');
    await server.stop();
    await server.restoreFrom(join(folder, 'backup'));
    await server.start();
    for (const id of [3, 4, 5, 6, 7, 8]) await sql(`update t set v = 'restored' where id = ${id}`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 100 });
    await expectInStep(connector, sql);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 0 });
  });
});

describe('a standby', () => {
  test('is read as a primary is; when it is promoted, what the lost primary alone had is put right', async () => {
    const { connector, database, sql } = await syncTable('failover');
    await server.stop();
    await server.copyTo(join(folder, 'standby'));
    await server.start();
    await makeStandby(join(folder, 'standby'), server);
    const standby = await startMortalPostgres(join(folder, 'standby'));
    standbys.push(standby);
    const onStandby = (text: string) => runSql(addressOf(standby, database), text);
    connector.configure({ url: addressOf(standby, database) });
    await sql(`update t set v = 'replicated' where id in (1, 2); delete from t where id = 3`);
    await eventually('the standby has it', async () => (await onStandby('select from t')).length === 99);

    expect(await connector.sync('incremental')).toMatchObject({ indexed: 2, deleted: 1 });
    await expectInStep(connector, onStandby);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, deleted: 0 });

    await standby.stop();
    connector.configure({ url: addressOf(server, database) });
    await sql(`update t set v = 'only on the primary' where id = 5; insert into t values (101, 'only on the primary')`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 2 });
    await server.crash();
    await standby.start();
    await onStandby('select pg_promote()');
    connector.configure({ url: addressOf(standby, database) });
    await onStandby(`update t set v = 'by the new primary' where id = 6`);
    expect(await connector.sync('incremental')).toMatchObject({ indexed: 99, deleted: 1 });
    await expectInStep(connector, onStandby);
    await server.start();
  });
});
