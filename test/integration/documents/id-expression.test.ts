import fc from 'fast-check';

import { idPrefix } from '../../../src/documents/ids/document-id';
import { idExpression } from '../../../src/documents/ids/id-expression';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { encodeId } from '../../support/document-id';
import { column, makeRelation } from '../../support/make-relation';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';

const CASES = 5000;

/** Keys that are next to what stands for something else. */
const MARKS = ['', null, '%E', '%25E', '%H', '%N', ',', '%2C', 'E', '%'];
const EDGES = {
  1: MARKS.map((mark) => [mark]),
  2: MARKS.flatMap((first) => MARKS.map((second) => [first, second])),
};

const keyPart = fc.option(
  fc.oneof(
    fc
      .array(fc.constantFrom('%', ',', ':', '%N', '%H', '%25', '%2C', 'x', '', ' ', '\n', '\\', "'", 'é', '😀'), {
        maxLength: 6,
      })
      .map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => text.replaceAll('\0', '')),
    fc
      .tuple(fc.constantFrom('x', 'é', '😀', '%'), fc.integer({ min: 100, max: 600 }))
      .map(([text, n]) => text.repeat(n)),
  ),
  { nil: null },
);

describe('document ids as PostgreSQL computes them', () => {
  let database: TestDatabase;
  let source: Source;

  beforeAll(async () => {
    database = await createDatabase();
    source = openTestSource(database);
  });

  afterAll(async () => {
    await closeSource(source);
    await database.drop();
  });

  async function computeIds(from: string, expression: string, values: readonly unknown[] = []): Promise<string[]> {
    const query = `select ${expression} as id from ${from}`;
    const rows = await withTransaction(source, (tx) => tx.query<{ id: string }>(query, values));
    return rows.map(({ id }) => id);
  }

  const NAMES = ['k1', 'K "2"'];

  test.each([
    ['connector, table and two columns', 'qualified', 2],
    ['two columns alone', 'key', 2],
    ['one column alone', 'key', 1],
  ] as const)(
    `of %s are those of the reference, and differ for different keys (${CASES} random ones)`,
    async (_, style, count) => {
      const names = NAMES.slice(0, count);
      const columns = names.map((name) => column(name, 'text'));
      const relation = makeRelation({ schema: 'a.b', table: "it's: 100%", columns, key: names });
      const property = fc.asyncProperty(
        fc.array(fc.array(keyPart, { minLength: count, maxLength: count }), { minLength: CASES, maxLength: CASES }),
        async (keys) => {
          const from = `json_to_recordset($1::json) as t ("k1" text, "K ""2""" text)`;
          const rows = JSON.stringify(keys.map((key) => Object.fromEntries(names.map((name, at) => [name, key[at]]))));
          const ids = await computeIds(from, idExpression('shop', relation, style), [rows]);
          expect(ids).toEqual(keys.map((key) => encodeId(idPrefix('shop', relation, style), key)));
          expect(new Set(ids).size).toBe(new Set(keys.map((key) => JSON.stringify(key))).size);
          expect(ids.filter((id) => id === '' || Buffer.byteLength(id) > 512)).toEqual([]);
        },
      );
      await fc.assert(property, { numRuns: 1, endOnFailure: true, examples: [[[...EDGES[count]]]] });
    },
  );

  test('tell apart the keys that Elastic’s connector lets collide', async () => {
    const relation = makeRelation({ columns: [column('a', 'text'), column('b', 'text')], key: ['a', 'b'] });
    const from = `(values ('x_y', 'z'), ('x', 'y_z'), ('x_y_z', null)) as t (a, b)`;
    expect(await computeIds(from, idExpression('shop', relation))).toEqual([
      'shop:public.items:x_y,z',
      'shop:public.items:x,y_z',
      'shop:public.items:x_y_z,%N',
    ]);
  });

  test.each([
    ['int8', `42::int8`, '42'],
    ['uuid', `'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['timestamptz', `'2024-02-29 12:00+02'::timestamptz`, '2024-02-29 10:00:00+00'],
    ['interval', `'1 day 2 hours'::interval`, 'P1DT2H'],
    ['bytea', `'\\x00ff'::bytea`, '\\x00ff'],
    ['money', `'1.50'::money`, '1.50'],
    ['regclass', `'pg_class'::regclass`, '1259'],
    ['bpchar', `'ab '::char(5)`, 'ab'],
    ['int4range', `'[1,5)'::int4range`, '[1%2C5)'],
  ])('show a key of type %s', async (type, value, text) => {
    const relation = makeRelation({ columns: [column('id', type)] });
    const [id] = await computeIds(`(select ${value} as id) as t`, idExpression('shop', relation));
    expect(id).toBe(`shop:public.items:${text}`);
  });

  test('are refused in the plan where the names alone are too long', () => {
    expect(() => idExpression('c'.repeat(500), makeRelation())).toThrow(/ids of connector c+ would be too long/);
  });
});
