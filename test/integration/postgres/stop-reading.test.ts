import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import type { CopyOptions } from '../../../src/postgres/rows/copy-options';
import { copyRows } from '../../../src/postgres/rows/copy-rows';
import type { Relation } from '../../../src/sync/relation';
import { collectRows, type CopiedRows, copyOptions, ROW_AS_JSON } from '../../support/copied-rows';
import { eventually } from '../../support/eventually';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';

const ROWS = 20_000;
const SLEEP_MS = 10;
/** Of a row's 2 kB they make 40 MB: many times what the sockets hold. */
const WIDE = { ...ROW_AS_JSON, document: `json_build_object('id', t.id, 'filler', repeat('x', 2000))::text` };

let database: TestDatabase;
let source: Source;
let big: Relation;

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  await database.sql(`
    create table big (id int primary key, note text);
    insert into big select i, repeat('x', i % 300) from generate_series(1, ${ROWS}) as i`);
  big = await describeTable(database, source, 'big');
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

function copyAll(changes: Partial<CopyOptions> = {}) {
  const [leaf] = big.leaves;
  if (leaf === undefined) throw new Error('no leaf');
  return copyRows(source, { ...copyOptions(changes), relation: big, leaf, range: { from: 0, to: null } });
}

function countAll(changes: Partial<CopyOptions> = {}): Promise<CopiedRows> {
  return collectRows(copyAll(changes));
}

/** Whether a statement of another session of this database, one that meets a condition, runs. */
async function runs(condition = `state <> 'idle'`): Promise<boolean> {
  const [row] = await database.sql(`
    select exists (select from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and ${condition}) as runs`);
  return row?.['runs'] === true;
}

function untilNothingRuns(): Promise<void> {
  return eventually('no statement runs', async () => !(await runs()));
}

describe('reading is cancelled', () => {
  test('in the middle of a COPY, at once, and leaves no statement and no connection behind', async () => {
    const controller = new AbortController();
    const document = `row_to_json(t)::text || left(pg_sleep(${SLEEP_MS / 1_000})::text, 0)`;
    const slow = { ...ROW_AS_JSON, document };
    const request = { projection: slow, signal: controller.signal, targetBytes: () => 500 };
    const pieces = copyAll(request);
    await pieces.next();
    const started = Date.now();
    controller.abort(new Error('enough'));
    await expect(collectRows(pieces)).rejects.toThrow('enough');
    // To its end it would take 200 s.
    expect(Date.now() - started).toBeLessThan((ROWS * SLEEP_MS) / 10);
    await untilNothingRuns();
    expect(source.pool.totalCount - source.pool.idleCount).toBe(0);
  });

  test('while it only searches, and sends nothing', async () => {
    const controller = new AbortController();
    const projection = { ...ROW_AS_JSON, filter: `pg_sleep(30) is null` };
    const taken = countAll({ projection, signal: controller.signal });
    await eventually('the statement searches', () => runs(`wait_event = 'PgSleep'`));
    controller.abort(new Error('enough'));
    await expect(taken).rejects.toThrow('enough');
    await untilNothingRuns();
  });

  test('by whoever stops taking pieces', async () => {
    const pieces = copyAll();
    for await (const piece of pieces) {
      expect(piece.kind).toBe('rows');
      break;
    }
    await untilNothingRuns();
    expect((await countAll()).ids).toHaveLength(ROWS);
  });

  test('before it began', async () => {
    const taken = countAll({ signal: AbortSignal.abort(new Error('never mind')) });
    await expect(taken).rejects.toThrow('never mind');
  });
});

test('a reader that takes its time makes the server wait, not the worker hoard', async () => {
  let begun = 0;
  const targetBytes = () => {
    begun += 1;
    return 1_000_000;
  };
  const pieces = copyAll({ projection: WIDE, targetBytes });
  try {
    for (let taken = 1; taken <= 5; taken += 1) {
      await pieces.next();
      await eventually('the server waits', () => runs(`wait_event = 'ClientWrite'`));
      // One waits ready, and one has begun.
      expect(begun).toBeLessThanOrEqual(taken + 2);
    }
  } finally {
    await pieces.return(undefined);
  }
});

test('a connection that waits for another to be free gives up when it is told to', async () => {
  const controller = new AbortController();
  const single = openTestSource(database, {}, { maxConnections: 1 });
  await withTransaction(single, async () => {
    const waiting = withTransaction(single, (tx) => tx.query('select 1'), { signal: controller.signal });
    await eventually('it waits', () => single.pool.waitingCount === 1);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
  expect(await withTransaction(single, (tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
  await closeSource(single);
});
