import type { RelationReport, SyncReport } from '../../../src/sync/report';
import { expectInStep } from '../../support/expect-in-step';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

/** What happens to a table of 100 rows between two syncs, and what the incremental one has to do about it. */
interface Case {
  /** Completes "is in step …". */
  readonly after: string;
  /** `{t}` stands for the table; 100 rows of `(id, v)` unless said otherwise. */
  readonly given?: string;
  /** Statements, each in a transaction of its own. */
  readonly when: readonly string[];
  /** Rows that are written again: no more than those that changed, or all where PostgreSQL can't tell which. */
  readonly indexed: number;
  readonly deleted?: number;
}

const TABLE = `create table {t} (id int primary key, v text);
  insert into {t} select i, 'v' || i from generate_series(1, 100) as i`;
const PARTITIONED = `create table {t} (id int primary key, v text) partition by range (id);
  create table {t}_low partition of {t} for values from (1) to (51);
  create table {t}_high partition of {t} for values from (51) to (201);
  insert into {t} select i, 'v' || i from generate_series(1, 100) as i`;

const CASES: readonly Case[] = [
  { after: 'nothing happened', when: [], indexed: 0 },
  { after: 'a row was updated', when: [`update {t} set v = 'new' where id = 7`], indexed: 1 },
  { after: 'a row was deleted', when: ['delete from {t} where id = 7'], indexed: 0, deleted: 1 },
  { after: 'a row was inserted', when: [`insert into {t} values (101, 'new')`], indexed: 1 },
  {
    after: 'one row was deleted and another one inserted, so that there are as many as before',
    when: ['delete from {t} where id = 7', `insert into {t} values (101, 'new')`],
    indexed: 1,
    deleted: 1,
  },
  {
    after: 'a row was deleted and inserted again under its key',
    when: ['delete from {t} where id = 7', `insert into {t} values (7, 'again')`],
    indexed: 1,
  },
  { after: 'a key was changed', when: ['update {t} set id = 700 where id = 7'], indexed: 1, deleted: 1 },
  {
    after: 'two rows swapped their keys',
    when: [
      'begin; update {t} set id = 0 where id = 7; update {t} set id = 7 where id = 8; update {t} set id = 8 where id = 0; commit',
    ],
    indexed: 2,
  },
  {
    after: 'a key was changed to an equal numeric that prints differently',
    given: `create table {t} (id numeric primary key, v text); insert into {t} select i, 'v' from generate_series(1, 100) as i`,
    when: ['update {t} set id = 7.00 where id = 7'],
    indexed: 1,
    deleted: 1,
  },
  {
    after: 'a key was changed to an equal citext in another case',
    given: `create table {t} (id citext primary key, v text); insert into {t} select 'key ' || i, 'v' from generate_series(1, 100) as i`,
    when: [`update {t} set id = 'KEY 7' where id = 'key 7'`],
    indexed: 1,
    deleted: 1,
  },
  {
    after: 'a row moved to another partition',
    given: PARTITIONED,
    when: ['update {t} set id = 150 where id = 7', `update {t} set id = 7, v = 'back' where id = 60`],
    indexed: 2,
    deleted: 1,
  },
  {
    after: 'the table grew at its end by many blocks',
    when: [`insert into {t} select i, repeat('x', 500) from generate_series(101, 500) as i`],
    indexed: 400,
  },
  {
    after: 'rows were changed in subtransactions, some of which were rolled back',
    when: [
      `begin; savepoint a; update {t} set v = 'kept' where id = 1; savepoint b; update {t} set v = 'gone' where id = 2;
       rollback to b; update {t} set v = 'kept' where id = 3; release a; commit`,
    ],
    indexed: 2,
  },
  {
    after: 'a transaction was rolled back',
    when: [`begin; update {t} set v = 'gone'; insert into {t} values (101, 'gone'); rollback`],
    indexed: 0,
  },
  {
    after: 'rows were changed and then frozen',
    when: [`update {t} set v = 'new' where id in (7, 8)`, 'vacuum (freeze) {t}'],
    indexed: 2,
  },
  { after: 'all rows were frozen', when: ['vacuum (freeze, analyze) {t}'], indexed: 0 },
  {
    after: 'the table was truncated',
    when: ['truncate {t}'],
    indexed: 0,
    deleted: 100,
  },
  {
    after: 'the table was truncated and filled again under the same keys',
    when: [`begin; truncate {t}; insert into {t} select i, 'again' from generate_series(1, 100) as i; commit`],
    indexed: 100,
  },
  {
    after: 'the table was truncated and filled by COPY FREEZE, whose rows look older than any transaction',
    when: [`begin; truncate {t}; copy {t} from program 'seq -f "%g	frozen" 50' (freeze); commit`],
    indexed: 50,
    deleted: 50,
  },
  {
    after: 'VACUUM FULL moved its rows, frozen, and one was changed before',
    when: ['delete from {t} where id < 50', `update {t} set v = 'new' where id = 70`, 'vacuum (full, freeze) {t}'],
    indexed: 51,
    deleted: 49,
  },
  {
    after: 'CLUSTER put its rows in another order',
    when: [`update {t} set v = 'new' where id = 70`, 'cluster {t} using {t}_pkey'],
    indexed: 100,
  },
  {
    after: 'a column was added whose default all rows show, without any of them being written',
    when: ['alter table {t} add column added int not null default 42'],
    indexed: 100,
  },
  {
    after: 'a column was dropped and added again under its name',
    when: ['alter table {t} drop column v', `alter table {t} add column v text default 'other'`],
    indexed: 100,
  },
  { after: 'a column was renamed', when: ['alter table {t} rename column v to w'], indexed: 100 },
  { after: 'a column was dropped', when: ['alter table {t} drop column v'], indexed: 100 },
  {
    after: 'a label of an enum was renamed',
    given: `create type {t}_mood as enum ('sad', 'happy'); create table {t} (id int primary key, mood {t}_mood);
      insert into {t} select i, 'sad' from generate_series(1, 100) as i`,
    when: [`alter type {t}_mood rename value 'sad' to 'blue'`],
    indexed: 100,
  },
  {
    after: 'a label was renamed of an enum in an array in a composite type',
    given: `create type {t}_mood as enum ('sad', 'happy'); create type {t}_part as (moods {t}_mood[]);
      create table {t} (id int primary key, part {t}_part);
      insert into {t} select i, row(array['sad'])::{t}_part from generate_series(1, 100) as i`,
    when: [`alter type {t}_mood rename value 'sad' to 'blue'`],
    indexed: 100,
  },
  {
    after: 'an attribute of a composite type was added',
    given: `create type {t}_part as (a int); create table {t} (id int primary key, part {t}_part);
      insert into {t} select i, row(i)::{t}_part from generate_series(1, 100) as i`,
    when: ['alter type {t}_part add attribute b int'],
    indexed: 100,
  },
  {
    after: 'the expression of a virtual column was changed',
    given: `create table {t} (id int primary key, v int generated always as (id * 2) virtual);
      insert into {t} select i from generate_series(1, 100) as i`,
    when: ['alter table {t} alter column v set expression as (id * 3)'],
    indexed: 100,
  },
  {
    after: 'the primary key became another column',
    given: `create table {t} (id int primary key, v int not null); insert into {t} select i, 1000 + i from generate_series(1, 100) as i`,
    when: ['alter table {t} drop constraint {t}_pkey, add primary key (v)'],
    indexed: 100,
    deleted: 100,
  },
  {
    after: 'a column got another type',
    given: `create table {t} (id int primary key, v varchar(10)); insert into {t} select i, i from generate_series(1, 100) as i`,
    when: ['alter table {t} alter column v type varchar(20)'],
    indexed: 100,
  },
  {
    after: 'a partition was attached',
    given: PARTITIONED,
    when: [
      `create table {t}_new (id int primary key, v text); insert into {t}_new select i, 'old row' from generate_series(201, 220) as i;
       alter table {t} attach partition {t}_new for values from (201) to (301)`,
    ],
    indexed: 20,
  },
  {
    after: 'a partition was detached',
    given: PARTITIONED,
    when: ['alter table {t} detach partition {t}_low', 'drop table {t}_low'],
    indexed: 0,
    deleted: 50,
  },
  {
    after: 'a partition was replaced by one of other rows under the same keys',
    given: PARTITIONED,
    when: [
      'create table {t}_other (like {t} including all)',
      `insert into {t}_other select i, 'other' from generate_series(1, 50) as i`,
      `begin; alter table {t} detach partition {t}_low; alter table {t} attach partition {t}_other for values from (1) to (51); commit`,
      'drop table {t}_low',
    ],
    indexed: 50,
  },
  {
    after: 'a partition was detached, changed by itself and attached again',
    given: PARTITIONED,
    when: [
      'alter table {t} detach partition {t}_low',
      `update {t}_low set v = 'apart' where id = 7`,
      'alter table {t} attach partition {t}_low for values from (1) to (51)',
    ],
    indexed: 1,
  },
  {
    after: 'one partition was truncated and another one changed',
    given: PARTITIONED,
    when: ['truncate {t}_low', `update {t} set v = 'new' where id = 77`],
    indexed: 1,
    deleted: 50,
  },
  {
    after: 'it was dropped and made again with other rows under the same keys',
    when: [
      'drop table {t}',
      `create table {t} (id int primary key, v text); insert into {t} select i, 'other' from generate_series(1, 100) as i`,
    ],
    indexed: 100,
  },
  {
    after: 'another table took its name',
    when: [
      'create table {t}_next (like {t} including all)',
      `insert into {t}_next select i, 'other' from generate_series(1, 100) as i`,
      'begin; drop table {t}; alter table {t}_next rename to {t}; commit',
    ],
    indexed: 100,
  },
];

let syncs: Syncs;
let database: TestDatabase;
let connector: HookedConnector;
let first: SyncReport;
let second: SyncReport;

const tableOf = (position: number) => `t${String(position).padStart(2, '0')}`;
const reportOf = ({ relations }: SyncReport, relation: string) =>
  relations.find((report) => report.relation === relation) as RelationReport;

beforeAll(async () => {
  syncs = await startSyncs();
  database = await createDatabase();
  await database.sql('create extension citext');
  for (const [position, { given = TABLE }] of CASES.entries()) {
    await database.sql(given.replaceAll('{t}', tableOf(position)));
  }
  connector = syncs.connect(database.url);
  first = await connector.sync();
  for (const [position, { when }] of CASES.entries()) {
    for (const statement of when) await database.sql(statement.replaceAll('{t}', tableOf(position)));
  }
  second = await connector.sync('incremental');
});

afterAll(async () => {
  await syncs.stop();
  await database.drop();
});

describe('a table is in step with the index by an incremental sync', () => {
  test.each(CASES.map((one, position) => ({ ...one, position })))(
    'after $after',
    async ({ position, indexed, deleted = 0 }) => {
      const relation = `public.${tableOf(position)}`;
      expect(reportOf(first, relation)).toMatchObject({ read: 100, indexed: 100, deleted: 0, rejected: 0 });
      await expectInStep(connector, database.sql, relation);
      expect(reportOf(second, relation)).toMatchObject({ indexed, deleted, rejected: 0 });
    },
  );
});

test('A sync after that has nothing to do', async () => {
  expect(await connector.sync('incremental')).toMatchObject({ indexed: 0, deleted: 0, rejected: 0 });
});
