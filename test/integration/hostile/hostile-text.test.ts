import fc from 'fast-check';

import { addedFieldNames } from '../../../src/documents/fields/added-fields';
import { escapeFieldName } from '../../../src/documents/fields/escape-field-name';
import { textCondition } from '../../../src/documents/rules/rule-condition';
import { quoteIdentifier, quoteLiteral } from '../../../src/documents/sql-text';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import { countDifferences } from '../../../src/verify/verification';
import { type ConnectorEntry, connectorEntry } from '../../support/configuration-file';
import { fuzzing } from '../../support/fuzz';
import { hostileName, hostileText } from '../../support/hostile-text';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource } from '../../support/source';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

let database: TestDatabase;
let source: Source;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  harness = await startSyncHarness();
});

afterAll(async () => {
  await harness.stop();
  await closeSource(source);
  await database.drop();
});

/** SQLSTATE */
const INVALID_REGULAR_EXPRESSION = '2201B';

/** Texts of one statement. */
const BATCH = 100;
const batches = (subject: string) => {
  const { numRuns = BATCH, ...others } = fuzzing(subject);
  return { ...others, numRuns: Math.ceil(numRuns / BATCH) };
};
const many = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { minLength: BATCH, maxLength: BATCH });
const anyText = hostileText();

describe('a text from outside, in SQL', () => {
  test.each(['on', 'off'])('means itself as a literal, with standard_conforming_strings %s', async (setting) => {
    await fc.assert(
      fc.asyncProperty(many(anyText), async (texts) => {
        const [row] = await withTransaction(source, async (tx) => {
          await tx.query(`set local standard_conforming_strings = ${setting}`);
          return tx.query(`select array[${texts.map(quoteLiteral).join(',')}]::text[] as texts`);
        });
        expect(row?.['texts']).toEqual(texts);
      }),
      batches(`literals, standard_conforming_strings ${setting}`),
    );
  });

  test('means itself as a name', async () => {
    await fc.assert(
      fc.asyncProperty(many(hostileName), async (names) => {
        const columns = names.map((name) => `1 as ${quoteIdentifier(name)}`).join(', ');
        const fields = await withTransaction(source, (tx) => tx.describe(`select ${columns}`));
        expect(fields.map(({ name }) => name)).toEqual(names);
      }),
      batches('names'),
    );
  });

  test('means itself as the value of a basic rule', async () => {
    const pair = fc.tuple(anyText, anyText);
    await fc.assert(
      fc.asyncProperty(many(pair), async (pairs) => {
        const conditions = pairs.flatMap(([text, value]) =>
          (['equals', 'contains', 'starts_with', 'ends_with'] as const).map((rule) => {
            const { condition } = textCondition(
              { policy: 'include', field: 'f', rule, value },
              `${quoteLiteral(text)}::text`,
            );
            return condition ?? 'null';
          }),
        );
        const [row] = await withTransaction(source, (tx) => tx.query(`select array[${conditions.join(',')}] as found`));
        const expected = pairs.flatMap(([text, value]) => [
          text === value,
          text.includes(value),
          text.startsWith(value),
          text.endsWith(value),
        ]);
        expect(row?.['found']).toEqual(expected);
      }),
      batches('values of basic rules'),
    );
  });

  test('as a regular expression of a basic rule is run, or refused as one', async () => {
    const atom = fc.constantFrom(
      'a',
      '.',
      '\\d',
      '\\w',
      '(',
      ')',
      '(?:',
      '(?P<n>',
      '(?P=n)',
      '[',
      ']',
      '[^',
      '*',
      '+',
      '?',
      '{2}',
      '{,300}',
      '|',
      '^',
      '$',
      '\\',
      '\\1',
      '(?i)',
      '(?=',
      '-',
      "'",
      '"',
      '\n',
      '😀',
    );
    const expression = fc
      .array(fc.oneof({ weight: 5, arbitrary: atom }, { weight: 1, arbitrary: hostileText(1) }), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join(''));
    // In a function of its own a failure says which one it is, without ending the transaction.
    await database.sql(`
      create function try_condition(condition text) returns text language plpgsql as $body$
      begin
        execute 'select ' || condition;
        return null;
      exception when others then
        return sqlstate;
      end $body$`);
    const found = { run: 0, refused: 0, untranslatable: 0 };
    await fc.assert(
      fc.asyncProperty(many(expression), async (expressions) => {
        const conditions = expressions.flatMap((value) => {
          const { condition } = textCondition({ policy: 'include', field: 'f', rule: 'regex', value }, `'aa1'::text`);
          return condition === undefined ? [] : [condition];
        });
        const tried = await withTransaction(source, (tx) =>
          tx.query<{ state: string | null }>('select public.try_condition(c) as state from unnest($1::text[]) as c', [
            conditions,
          ]),
        );
        const states = tried.map(({ state }) => state);
        expect(states.filter((state) => state !== null && state !== INVALID_REGULAR_EXPRESSION)).toEqual([]);
        found.run += states.filter((state) => state === null).length;
        found.refused += states.filter((state) => state !== null).length;
        found.untranslatable += expressions.length - conditions.length;
      }),
      batches('regular expressions'),
    );
    // Each kind occurs often, or little was tried.
    for (const times of Object.values(found)) expect(times).toBeGreaterThan(100);
  });
});

describe('names and values of a database', () => {
  /** Tables of hostile names, with hostile columns and rows, some of them keys. */
  async function fill(seed: number): Promise<string[]> {
    const tables = [...new Set(fc.sample(hostileName, { numRuns: 30, seed }))].slice(0, 8);
    for (const [n, table] of tables.entries()) {
      const [key = 'k', ...columns] = distinctColumns(fc.sample(hostileName, { numRuns: 8, seed: seed + n }));
      const name = `public.${quoteIdentifier(table)}`;
      const definitions = [key, ...columns].map((column) => `${quoteIdentifier(column)} text`).join(', ');
      await database.sql(`create table ${name} (${definitions}, primary key (${quoteIdentifier(key)}))`);
      const keys = [...new Set(fc.sample(anyText, { numRuns: 40, seed: seed + n }))];
      const rows = keys.map((value) => `(${[value, ...columns.map(() => value)].map(quoteLiteral).join(', ')})`);
      await database.sql(`insert into ${name} values ${rows.join(', ')}`);
    }
    return tables;
  }

  /** Without those that would share a field, which the plan refuses. */
  function distinctColumns(names: readonly string[]): string[] {
    const added = Object.values(addedFieldNames('plain')).map((field) => [field, ''] as const);
    const byField = new Map([...names.map((name) => [escapeFieldName(name).name, name] as const), ...added]);
    return [...byField.values()].filter((name) => name !== '');
  }

  test('reach the index as they are, and nothing else happens to it or to the database', async () => {
    const { seed = 0 } = fuzzing('databases of hostile names, keys and values', 1);
    const tables = await fill(seed);
    const entry: ConnectorEntry = { ...connectorEntry(database), documents: { field_names: 'plain' } };
    const report = await harness.sync(entry);
    let rows = 0;
    for (const table of tables) {
      const [row] = await database.sql(`select count(*)::int as n from public.${quoteIdentifier(table)}`);
      rows += Number(row?.['n']);
    }
    expect(report).toMatchObject({ status: 'completed', indexed: rows, rejected: 0 });
    expect(countDifferences(await harness.verify(entry))).toBe(0);
    expect(await harness.sync(entry)).toMatchObject({ indexed: 0, deleted: 0 });
  });
});
