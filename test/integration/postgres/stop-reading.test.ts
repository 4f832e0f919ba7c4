import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import type { CopyOptions } from '../../../src/postgres/rows/copy-options';
import { copyRows } from '../../../src/postgres/rows/copy-rows';
import type { Relation } from '../../../src/sync/relation';
import { collectRows, type CopiedRows, copyOptions, ROW_AS_JSON } from '../../support/copied-rows';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';

const ROWS = 20_000;

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

describe('reading is cancelled', () => {
  test('in the middle of a COPY, at once, and leaves no statement and no connection behind', async () => {
    const controller = new AbortController();
    const slow = { ...ROW_AS_JSON, document: `row_to_json(t)::text || left(pg_sleep(0.01)::text, 0)` };
    const request = { projection: slow, signal: controller.signal, targetBytes: () => 500 };
    const pieces = copyAll(request);
    await pieces.next();
    const started = Date.now();
    controller.abort(new Error('enough'));
    await expect(collectRows(pieces)).rejects.toThrow('enough');
    expect(Date.now() - started).toBeLessThan(1_000);
    await expectNothingRuns();
    expect(source.pool.totalCount - source.pool.idleCount).toBe(0);
  });

  test('while it only searches, and sends nothing', async () => {
    const controller = new AbortController();
    const projection = { ...ROW_AS_JSON, filter: `pg_sleep(30) is null` };
    const taken = countAll({ projection, signal: controller.signal });
    setTimeout(() => {
      controller.abort(new Error('enough'));
    }, 100);
    await expect(taken).rejects.toThrow('enough');
    await expectNothingRuns();
  });

  test('by whoever stops taking pieces', async () => {
    const pieces = copyAll();
    for await (const piece of pieces) {
      expect(piece.kind).toBe('rows');
      break;
    }
    await expectNothingRuns();
    expect((await countAll()).ids).toHaveLength(ROWS);
  });

  test('before it began', async () => {
    const taken = countAll({ signal: AbortSignal.abort(new Error('never mind')) });
    await expect(taken).rejects.toThrow('never mind');
  });

  async function expectNothingRuns(): Promise<void> {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const [row] = await database.sql(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`,
      );
      if (row?.['n'] === 0) return;
      if (Date.now() > deadline) throw new Error('a statement still runs');
    }
  }
});

test('a reader that takes its time makes the server wait, not the worker hoard', async () => {
  let taken = 0;
  const request = { targetBytes: () => 100_000 };
  for await (const piece of copyAll(request)) {
    if (piece.kind === 'rows') taken += piece.body.offsets.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(taken).toBe(ROWS);
});

test('a connection that waits for another to be free gives up when it is told to', async () => {
  const controller = new AbortController();
  const single = openTestSource(database, {}, { maxConnections: 1 });
  await withTransaction(single, async () => {
    const waiting = withTransaction(single, (tx) => tx.query('select 1'), { signal: controller.signal });
    setTimeout(() => {
      controller.abort(new Error('enough'));
    }, 50);
    await expect(waiting).rejects.toThrow('enough');
  });
  expect(await withTransaction(single, (tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
  await closeSource(single);
});
