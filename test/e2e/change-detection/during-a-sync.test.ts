import { Client } from 'pg';

import { expectInStep } from '../../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

/** What happens to a table while it is read block by block, each in a transaction of its own. */
interface Case {
  /** Completes "is in step although …". */
  readonly although: string;
  /** `{t}` stands for the table; 99 rows in 11 full blocks unless said otherwise. */
  readonly given?: string;
  /** In a session of its own, before the sync starts; may leave its transaction open. */
  readonly before?: string;
  /** In the same session, when the first block of the table has been read. */
  readonly during?: string;
  /** In the same session, after the sync: found by the next one, an incremental one. */
  readonly later?: string;
}

const TABLE = `create table {t} (id int primary key, v text, pad text);
  insert into {t} select i, 'v' || i, repeat('x', 800) from generate_series(1, 99) as i`;
const PARTITIONED = `create table {t} (id int primary key, v text) partition by range (id);
  create table {t}_a partition of {t} for values from (0) to (51);
  create table {t}_b partition of {t} for values from (51) to (201);
  insert into {t} select i, 'v' || i from generate_series(1, 100) as i`;
/** Gives the first block room, so that a new version of another row can move there. */
const WITH_ROOM = `${TABLE}; delete from {t} where id <= 6`;
const EXPECT_IN_FIRST_BLOCK = `do $$ begin
  if (select ctid >= '(1,0)' from {t} where v = 'moved') then raise 'the row did not move to the first block'; end if;
end $$`;

const CASES: readonly Case[] = [
  {
    although: 'a row moved to a block that had been read',
    given: WITH_ROOM,
    during: `update {t} set v = 'moved' where id = 99; ${EXPECT_IN_FIRST_BLOCK}`,
  },
  {
    although: 'a row moved to a block that had been read and got another key on its way',
    given: WITH_ROOM,
    during: `update {t} set id = 0, v = 'moved' where id = 99; ${EXPECT_IN_FIRST_BLOCK}`,
  },
  {
    although: 'a row moved to a partition that had been read',
    given: PARTITIONED,
    during: 'update {t} set id = 0 where id = 100',
  },
  { although: 'rows were deleted that had been read', during: 'delete from {t} where id in (1, 2, 99)' },
  { although: 'rows were updated that had been read', during: `update {t} set v = 'new' where id in (1, 2, 99)` },
  {
    although: 'the table grew at its end',
    during: `insert into {t} select i, 'new', repeat('x', 800) from generate_series(100, 300) as i`,
  },
  {
    although: 'VACUUM FULL moved its rows to blocks that had been read, frozen',
    given: `${TABLE}; delete from {t} where id % 2 = 0`,
    during: 'vacuum (full, freeze) {t}',
  },
  {
    although: 'CLUSTER turned its rows around',
    given: `${TABLE}; create index {t}_down on {t} (id desc)`,
    during: 'cluster {t} using {t}_down',
  },
  {
    although: 'it was truncated and filled again with other rows',
    during: `begin; truncate {t}; insert into {t} select i, 'again', '' from generate_series(50, 150) as i; commit`,
  },
  { although: 'it was truncated', during: 'truncate {t}' },
  { although: 'it got a column with a default', during: 'alter table {t} add column added int not null default 42' },
  { although: 'it lost a column', during: 'alter table {t} drop column v' },
  {
    although: 'a label of an enum was renamed',
    given: `create type {t}_mood as enum ('sad', 'happy'); create table {t} (id int primary key, mood {t}_mood, pad text);
      insert into {t} select i, 'sad', repeat('x', 800) from generate_series(1, 100) as i`,
    during: `alter type {t}_mood rename value 'sad' to 'blue'`,
  },
  {
    although: 'it was dropped and made again',
    during: `begin; drop table {t}; create table {t} (id int primary key, v text, pad text);
      insert into {t} select i, 'other', '' from generate_series(50, 150) as i; commit`,
  },
  {
    although: 'a partition was attached',
    given: PARTITIONED,
    during: `create table {t}_c (id int primary key, v text); insert into {t}_c values (201, 'old row');
      alter table {t} attach partition {t}_c for values from (201) to (301)`,
  },
  {
    although: 'a partition was detached',
    given: PARTITIONED,
    during: 'alter table {t} detach partition {t}_a; drop table {t}_a',
  },
  {
    although: 'a transaction was in flight at its start and committed after its rows had been read',
    before: `begin; update {t} set v = 'late' where id = 1`,
    during: 'commit',
  },
  {
    although: 'a transaction was in flight at its start and committed after its end',
    before: `begin; update {t} set v = 'late' where id = 1; insert into {t} values (0, 'late'); delete from {t} where id = 2`,
    later: 'commit',
  },
  {
    although: 'a transaction was in flight at its start and was rolled back',
    before: `begin; update {t} set v = 'never'`,
    during: 'rollback',
  },
  {
    although: 'a subtransaction was in flight at its start and was committed after its end',
    before: `begin; savepoint a; update {t} set v = 'late' where id = 1; savepoint b; update {t} set v = 'late' where id = 2; release b`,
    during: `update {t} set v = 'later' where id = 3; savepoint c; update {t} set v = 'never' where id = 4; rollback to c`,
    later: 'release a; commit',
  },
  {
    although: 'a transaction was prepared before its start and committed after its end',
    before: `begin; update {t} set v = 'prepared' where id = 1; prepare transaction '{t}'`,
    later: `commit prepared '{t}'`,
  },
];

let syncs: Syncs;

const tableOf = (position: number) => `t${String(position).padStart(2, '0')}`;
const NUMBERED = CASES.map((one, position) => ({ ...one, relation: `public.${tableOf(position)}` }));

beforeAll(async () => {
  syncs = await startSyncs();
});

afterAll(async () => {
  await syncs.stop();
});

async function connectTo(database: TestDatabase): Promise<Client> {
  const session = new Client({ connectionString: database.url });
  session.on('error', () => undefined);
  await session.connect();
  return session;
}

describe.each([
  { what: 'A first sync, which copies every row,', isFirst: true },
  { what: 'An incremental sync, which reads changed rows only,', isFirst: false },
])('$what leaves a table in step with the index', ({ isFirst }) => {
  let database: TestDatabase;
  let connector: HookedConnector;
  let sessions: Client[];

  async function run(position: number, statements: string | undefined): Promise<void> {
    if (statements !== undefined) await sessions[position]?.query(statements.replaceAll('{t}', tableOf(position)));
  }

  beforeAll(async () => {
    database = await createDatabase();
    sessions = await Promise.all(CASES.map(() => connectTo(database)));
    for (const [position, { given = TABLE }] of CASES.entries()) await run(position, given);
    await database.sql('vacuum');
    connector = syncs.connect(database.url);
    if (!isFirst) await connector.sync();
    for (const [position, { before }] of CASES.entries()) await run(position, before);
    const happened = new Set<string>();
    connector.hook({
      betweenBlocks: async (relation) => {
        if (happened.has(relation)) return;
        happened.add(relation);
        const position = NUMBERED.findIndex((one) => one.relation === relation);
        await run(position, CASES[position]?.during);
      },
    });
    await connector.sync(isFirst ? 'full' : 'incremental');
    expect(happened.size).toBe(CASES.length);
  });

  afterAll(async () => {
    await Promise.all(sessions.map((session) => session.end()));
    await database.drop();
  });

  test.each(NUMBERED.filter(({ later }) => later === undefined))('although $although', async ({ relation }) => {
    await expectInStep(connector, database.sql, relation);
  });

  describe('and the next one finds what came late,', () => {
    beforeAll(async () => {
      for (const [position, { later }] of CASES.entries()) await run(position, later);
      connector.hook({});
      await connector.sync('incremental');
    });

    test.each(NUMBERED)('although $although', async ({ relation }) => {
      await expectInStep(connector, database.sql, relation);
    });

    test('and the one after that has nothing to do', async () => {
      expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, deleted: 0, rejected: 0 });
    });
  });
});

test('Two overlapping transactions that commit in the other order are both found, whichever sync sees them', async () => {
  const database = await createDatabase();
  const connector = syncs.connect(database.url);
  const [first, second] = await Promise.all([connectTo(database), connectTo(database)]);
  const sync = async () => {
    await connector.sync('incremental');
    await expectInStep(connector, database.sql);
  };
  await database.sql(
    `create table t (id int primary key, v text); insert into t select i, 'v' from generate_series(1, 9) as i`,
  );
  await first.query(`begin; update t set v = 'first' where id = 1`);
  await second.query(`begin; update t set v = 'second' where id = 2; commit`);
  await sync();
  await second.query(`begin; update t set v = 'third' where id = 3`);
  await first.query('commit');
  await sync();
  await second.query('commit');
  await sync();
  await Promise.all([first.end(), second.end()]);
  await database.drop();
});
