import { ApplicationFailure } from '@temporalio/client';

import type { SyncActivities } from '../../../../src/activities/contract/sync-activities';
import { countDifferences } from '../../../../src/verify/verification';
import { createDatabase } from '../../../support/postgres';
import { type HookedConnector, startSyncs, type Syncs } from '../../../support/start-syncs';
import { createRowChanger } from './change-rows';
import { branchSettings, createTables } from './create-tables';
import { type Draw, drawFrom, type DrawnTable, drawTree, keyColumns } from './draw-tree';
import { type ExpectedTree, expectedTrees, keyText, sorted } from './expected-trees';

/** `PGFERRY_TREES=300 npx jest …` plays as many; `PGFERRY_TREES_SEED` says where to begin. */
const TREES = Number(process.env['PGFERRY_TREES'] ?? 3);
const SEED = Number(process.env['PGFERRY_TREES_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 4;

/** Where rows change, or a worker dies, while a sync runs. */
const STEPS = ['copyPartitions', 'catchUpRelations', 'surveyRelations', 'compareIds', 'deleteStaleDocuments'] as const;

let syncs: Syncs;

beforeAll(async () => {
  syncs = await startSyncs();
});

afterAll(() => syncs.stop());

test(
  `documents of ${TREES} generated trees hold what a plain look at their tables shows, whatever happens to their rows`,
  async () => {
    console.info(`generated trees: ${TREES}, seed ${SEED}`);
    for (let tree = 0; tree < TREES; tree += 1) {
      try {
        await playTree(SEED + tree);
      } catch (error) {
        const again = `PGFERRY_TREES=1 PGFERRY_TREES_SEED=${SEED + tree}`;
        if (error instanceof Error) error.message = `${again}: ${error.message}`;
        throw error;
      }
    }
  },
  Math.max(300_000, TREES * 60_000),
);

async function playTree(seed: number): Promise<void> {
  const draw = drawFrom(seed);
  const root = drawTree(draw);
  const database = await createDatabase();
  try {
    for (const statement of createTables(root)) await database.sql(statement);
    const rows = createRowChanger(database, root, draw);
    await rows.fill();
    const connector = syncs.connect(database.url, {
      selection: { schemas: ['public'], tables: [root.name] },
      documents: {
        fieldNames: 'plain',
        json: 'flattened',
        excludeColumns: [],
        mapping: {},
        idColumns: {},
        rowSecurity: 'refused',
        nested: { [root.name]: branchSettings(root) },
      },
      limits: { concurrency: 2, maxDeleteRatio: 1, maxRejected: 1_000, maxRowBytes: 52_428_800 },
    });
    const look = () => expectedTrees(database, root);
    await connector.sync();
    expect(await readTrees(connector, root)).toEqual(await look());
    for (let round = 0; round < ROUNDS; round += 1) {
      await rows.change(2 + draw.number(8));
      await syncWhile(connector, draw, root, look, rows.change);
      expect(countDifferences(await connector.verify())).toBe(0);
    }
  } finally {
    await database.drop();
  }
}

/** A sync, with changes and deaths under way at times; documents that never changed meanwhile are right after it. */
async function syncWhile(
  connector: HookedConnector,
  draw: Draw,
  root: DrawnTable,
  look: () => Promise<Map<string, ExpectedTree>>,
  change: (changes: number) => Promise<void>,
): Promise<void> {
  const looks = [await look()];
  const seen = new Set<string>();
  const once = async (what: string, work: () => Promise<void>) => {
    if (seen.has(what)) return;
    seen.add(what);
    await work();
  };
  const isBusy = draw.chance(0.5);
  const changesAt = isBusy ? draw.oneOf(STEPS) : undefined;
  const diesAt: keyof SyncActivities | undefined = draw.chance(0.3) ? draw.oneOf(STEPS) : undefined;
  const changeNow = () =>
    once('change', async () => {
      await change(1 + draw.number(4));
      looks.push(await look());
    });
  connector.hook({
    ...(changesAt === undefined ? {} : { before: { [changesAt]: changeNow } }),
    ...(diesAt === undefined
      ? {}
      : {
          after: {
            [diesAt]: () =>
              once('death', () => Promise.reject(ApplicationFailure.retryable('the worker died', 'Death'))),
          },
        }),
  });
  await connector.sync(draw.chance(0.75) ? 'incremental' : 'full');
  connector.hook({});
  const [before = new Map<string, ExpectedTree>()] = looks;
  const isSteady = (id: string) => looks.every((one) => JSON.stringify(one.get(id)) === JSON.stringify(before.get(id)));
  const steady = [...before].filter(([id]) => isSteady(id));
  const documents = await readTrees(connector, root);
  expect(new Map([...documents].filter(([id]) => before.has(id) && isSteady(id)))).toEqual(new Map(steady));
  // The catch-up reads what changed before it, and what went is looked for later still.
  const isCaughtUp = changesAt === undefined || changesAt === 'copyPartitions' || changesAt === 'catchUpRelations';
  if (isCaughtUp) expect(documents).toEqual(looks.at(-1));
  else await connector.sync('incremental');
  expect(await readTrees(connector, root)).toEqual(await look());
}

async function readTrees(
  { elasticsearch, index }: HookedConnector,
  root: DrawnTable,
): Promise<Map<string, ExpectedTree>> {
  await elasticsearch.indices.refresh({ index });
  const { hits } = await elasticsearch.search<Readonly<Record<string, unknown>>>({ index, size: 10_000 });
  return new Map(hits.hits.map(({ _source: source = {} }) => [keyText(source), readTree(source, root)]));
}

function readTree(source: Readonly<Record<string, unknown>>, root: DrawnTable): ExpectedTree {
  // A root that drew no branch has the documents of any other table.
  return { fields: readFields(source, root), rows: root.branches.length === 0 ? 0 : Number(source['_rows']) };
}

function readFields(source: Readonly<Record<string, unknown>>, table: DrawnTable): Readonly<Record<string, unknown>> {
  const own = [...keyColumns(table).map(([name]) => name), 'v'].map((name) => [name, source[name]]);
  const branches = table.branches.map(({ field, table: below, tie }) => {
    const readOne = (one: unknown) =>
      readFields(one as Readonly<Record<string, unknown>>, tie === 'self' ? { ...below, branches: [] } : below);
    const value = source[field];
    return [field, Array.isArray(value) ? sorted(value.map(readOne)) : value === null ? null : readOne(value)];
  });
  return Object.fromEntries([...own, ...branches]) as Readonly<Record<string, unknown>>;
}
