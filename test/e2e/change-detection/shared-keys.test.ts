import type { SyncActivities } from '../../../src/activities/contract/sync-activities';
import type { JobType } from '../../../src/sync/job';
import type { PlannedRelation } from '../../../src/sync/sync-plan';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { readDocuments } from '../../support/read-documents';
import { type HookedConnector, startSyncs, type Syncs } from '../../support/start-syncs';

// Rows of tables that inherit may share a key, and then only for a moment: whenever one of them comes and goes.

let database: TestDatabase;
let syncs: Syncs;

beforeAll(async () => {
  database = await createDatabase();
  syncs = await startSyncs();
});

afterAll(async () => {
  await syncs.stop();
  await database.drop();
});

/** Steps of a sync, in their order: rows come and go when one has ended. */
const STEPS = [
  'planSync',
  'refuseSharedKeys',
  'copyPartitions',
  'catchUpRelations',
  'surveyRelations',
] as const satisfies readonly (keyof SyncActivities)[];

/** A table and one that inherits from it, with an old row of key 1, and another of that key for some time. */
interface Family {
  readonly table: string;
  /** Index in {@link STEPS}; -1: before the sync. */
  readonly comes: number;
  /** Absent: it stays. */
  readonly goes?: number;
}

/** @param prefix - of the tables' names */
function families(prefix: string): Family[] {
  const moments = [-1, ...STEPS.keys()];
  return moments.flatMap((comes) => {
    const later = moments.filter((goes) => goes > comes).map((goes) => ({ comes, goes }));
    return [...later, { comes }].map((life, n) => ({ table: `${prefix}_${comes + 1}_${n}`, ...life }));
  });
}

const COMES = ({ table }: Family) => `insert into ${table}_other values (1, 'guest')`;
const GOES = ({ table }: Family) => `delete from ${table}_other where id = 1`;

function happenings(all: readonly Family[], moment: number): string {
  const come = all.filter(({ comes }) => comes === moment).map(COMES);
  const go = all.filter(({ goes }) => goes === moment).map(GOES);
  return [...come, ...go].join(';');
}

function duringSync(all: readonly Family[]) {
  const after: Partial<Record<keyof SyncActivities, () => Promise<void>>> = {};
  for (const [moment, step] of STEPS.entries()) {
    let isDone = false;
    after[step] = async () => {
      if (!isDone) await database.sql(happenings(all, moment));
      isDone = true;
    };
  }
  return { after };
}

async function createTables(all: readonly Family[]): Promise<void> {
  await database.sql(
    all
      .map(
        ({ table }) => `
          create table ${table} (id int primary key, name text);
          create table ${table}_other (primary key (id)) inherits (${table});
          insert into ${table} values (1, 'host'), (2, 'neighbour')`,
      )
      .join(';'),
  );
}

async function readNames({ index, elasticsearch }: HookedConnector): Promise<Record<string, string[]>> {
  await elasticsearch.indices.refresh({ index });
  const names: Record<string, string[]> = {};
  for await (const { _source } of readDocuments(index)) {
    const table = String(_source['_relation']).replace(/.*\./u, '');
    (names[table] ??= []).push(String(_source[`public_${table}_name`]));
  }
  for (const list of Object.values(names)) list.sort();
  return names;
}

test.each<[JobType, string]>([
  ['full', 'f'],
  ['incremental', 'i'],
])('a row that shares a key for any part of a sync (%s) leaves nothing of itself', async (jobType, prefix) => {
  const all = families(prefix);
  await createTables(all);
  const tables = all.map(({ table }) => table);
  const limits = { concurrency: 1, maxDeleteRatio: 0.9, maxRejected: 1_000, maxRowBytes: 1_000_000 };
  const connector = syncs.connect(database.url, { selection: { schemas: ['public'], tables }, limits });
  if (jobType === 'incremental') {
    await connector.sync('full');
    await database.sql(all.map(({ table }) => `update ${table} set name = 'changed' where id = 2`).join(';'));
  }
  await database.sql(happenings(all, -1));
  connector.hook(duringSync(all));
  await connector.sync(jobType);
  connector.hook({});

  const staying = all.filter(({ goes }) => goes === undefined);
  expect(await connector.sync('incremental')).toMatchObject({ status: 'completed', rejected: 2 * staying.length });
  const second = jobType === 'full' ? 'neighbour' : 'changed';
  expect(await readNames(connector)).toEqual(
    Object.fromEntries(all.map(({ table, goes }) => [table, goes === undefined ? [second] : [second, 'host'].sort()])),
  );
  expect(await connector.verify()).toMatchObject({ differences: [] });
  const untouched = await connector.sync('incremental');
  expect(untouched).toMatchObject({ indexed: 0, deleted: 0, rejected: 2 * staying.length });
});

test('a sync that is broken off after its copy leaves nothing of a row that shared its key, and is gone', async () => {
  await createTables([{ table: 'broken', comes: 0 }]);
  const connector = syncs.connect(database.url, { selection: { schemas: ['public'], tables: ['broken'] } });
  await connector.sync();
  await database.sql(`insert into broken_other values (1, 'guest')`);
  connector.hook({ after: { copyPartitions: () => Promise.reject(new Error('broken off')) } });
  await expect(connector.sync('incremental')).rejects.toThrow('broken off');
  connector.hook({});
  await database.sql('delete from broken_other');
  await connector.sync('incremental');
  expect(await readNames(connector)).toEqual({ broken: ['host', 'neighbour'] });
  expect(await connector.verify()).toMatchObject({ differences: [] });
});

test('what an earlier version planned, which looked for shared keys elsewhere, is planned anew', async () => {
  await createTables([{ table: 'older', comes: 0 }]);
  await database.sql(`insert into older_other values (1, 'guest')`);
  const connector = syncs.connect(database.url, { selection: { schemas: ['public'], tables: ['older'] } });
  connector.hook({
    onPlan: (plan) => ({
      ...plan,
      relations: plan.relations.map((relation) => {
        const older: { sharesKeys?: true } & PlannedRelation = { ...relation };
        delete older.sharesKeys;
        return older;
      }),
    }),
  });
  expect(await connector.sync()).toMatchObject({ status: 'completed', rejected: 2 });
  expect(await readNames(connector)).toEqual({ older: ['neighbour'] });
});
