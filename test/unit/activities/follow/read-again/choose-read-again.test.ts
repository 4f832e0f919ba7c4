import { chooseReadAgain } from '../../../../../src/activities/follow/read-again/choose-read-again';
import { hearPublished } from '../../../../../src/activities/follow/read-again/hearing';
import type { ReadTable } from '../../../../../src/postgres/catalog/find-read-tables';

const LEFT = [{ relation: 'public.report', reason: 'it is read as a whole' }];

const member = (oid: number, ...roots: readonly number[]) => ({ oid, fileNode: oid, isTable: true, roots });
const table = (oid: number, members: ReadTable['members'] = [member(oid)]): ReadTable => ({
  ...{ reader: 99, oid, schema: 'public', table: `t${oid}`, kind: 'table' },
  members,
});

function choose(tables: readonly ReadTable[], published: readonly { oid: number; isFiltered: boolean }[]) {
  const publication = {
    ...{ name: 'p', insert: true, update: true, delete: true, truncate: true, membership: '' },
    tables: published,
  };
  const hearing = hearPublished(publication, tables, []);
  return chooseReadAgain(LEFT, [{ name: 'public.report', tables }], hearing);
}

test('what is published is heard, in its own name or that of the table it belongs to; the statement names the rest', () => {
  const parts = table(10, [member(11, 10), member(12, 10)]);
  const { readAgain, left } = choose(
    [table(1), table(2), parts],
    [1, 10].map((oid) => ({ oid, isFiltered: false })),
  );
  expect(left).toEqual([]);
  expect(readAgain).toMatchObject([
    {
      tables: ['public.t1', 'public.t10'],
      unheard: ['public.t2'],
      oids: [1, 10, 11, 12],
      files: ['11:11', '12:12'],
      remedy: '`alter publication "p" add table "public"."t2"`',
    },
  ]);
});

test('a table of which some partitions are published, or some rows, is not heard, nor published a second time', () => {
  const parts = table(10, [member(11, 10), member(12, 10)]);
  expect(choose([parts], [{ oid: 11, isFiltered: false }])).toEqual({ readAgain: [], left: LEFT });
  expect(choose([table(1)], [{ oid: 1, isFiltered: true }])).toEqual({ readAgain: [], left: LEFT });
});

test('where nobody can tell what a rule reads it waits for schedules, with the reason', () => {
  const reader = { name: 'public.report', tables: [], trouble: 'no' };
  const { left, readAgain } = chooseReadAgain(LEFT, [reader], { hears: () => true, publish: () => undefined });
  expect(readAgain).toEqual([]);
  expect(left[0]?.reason).toBe("it is read as a whole; which tables it reads can't be told: no");
});
