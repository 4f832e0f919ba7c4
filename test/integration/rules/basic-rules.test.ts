import fc from 'fast-check';

import { projectRelation } from '../../../src/documents/project-relation';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import type { BasicRule } from '../../../src/sync/basic-rule';
import type { Relation } from '../../../src/sync/relation';
import { type FieldKind, isSynced, type PlainDocument } from '../../support/basic-rule-reference';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { describeTable, openTestSource } from '../../support/source';

const CASES = 1_500;
let database: TestDatabase;
let source: Source;
let relation: Relation;

beforeAll(async () => {
  database = await createDatabase();
  source = openTestSource(database);
  await database.sql(`
    create type mood as enum ('sad', 'ok', 'Happy');
    create table person (
      nr int primary key, name text, code char(6), age int, score numeric, ratio float8, rough real, active bool,
      born date, seen timestamptz, noted timestamp, feeling mood, address inet);
    insert into person values
      (1, 'John', 'AB', 42, 1.50, 0.5, 1.1, true, '1980-02-29', '2024-01-01 00:00:00+00', '2024-01-01 00:00:00', 'sad', '10.0.0.1'),
      (2, 'Jane', 'ab', 35, 12345678901234567890.123, 'NaN', 'Infinity', false, '2000-01-01', '2024-01-01 12:30:00.5+02', null, 'Happy', '10.0.0.0/8'),
      (3, null, null, null, null, null, null, null, null, null, null, null, null),
      (4, '', '', 0, 0, 0, -0.0, true, 'infinity', 'infinity', '-infinity', 'ok', '::1'),
      (5, E'two\\nlines', 'a b', -7, 'NaN', '-Infinity', 3.5, false, '1999-12-31', '1999-12-31 23:59:59.999999Z', '2024-06-30 18:00:00', 'ok', null),
      (6, 'Zoë 😀 100%_\\''', 'x.y', 100, -0.001, 1e300, 0.1, true, '2024-01-01', '2020-02-29 00:00:00Z', '2020-02-29 12:00:00', 'sad', null),
      (7, 'john', '42', 2147483647, 42, 42, 42, null, '2024-01-02', '2024-01-02 00:00:00Z', '1970-01-01 00:00:00', null, null)`);
  relation = await describeTable(database, source, 'person');
});

afterAll(async () => {
  await closeSource(source);
  await database.drop();
});

function project(rules: readonly BasicRule[]) {
  const options = { fieldNames: 'plain', json: 'flattened', excludeColumns: [], mapping: {} } as const;
  const startedAt = '2026-01-01T00:00:00.000Z';
  return projectRelation({
    connectorId: 'c',
    relation,
    database: 'd',
    options,
    commitTimestamps: false,
    startedAt,
    rules,
  });
}

async function syncedRows(rules: readonly BasicRule[]): Promise<number[]> {
  const { filter = 'true' } = project(rules);
  const query = `select t.nr from public.person as t where ${filter} order by 1`;
  return (await withTransaction(source, (tx) => tx.query<{ nr: number }>(query))).map(({ nr }) => nr);
}

const KINDS: Readonly<Record<string, FieldKind>> = {
  nr: 'number',
  age: 'number',
  score: 'number',
  ratio: 'number',
  rough: 'number',
  active: 'boolean',
  born: 'time',
  seen: 'time',
  noted: 'time',
  name: 'text',
  code: 'text',
  feeling: 'text',
  _schema: 'text',
  missing: 'text',
};
const VALUES: Readonly<Record<FieldKind, readonly string[]>> = {
  number: ['0', '42', '-7', '1.5', '1e2', '+35', '.5', '1.1', '100.0', '2147483647', '-0.001', '0.1'],
  boolean: ['true', 'false', 'Yes', 'off', ''].filter((text) => text !== 'Yes').concat('yes'),
  time: [
    '2024-01-01',
    '2000-01-01',
    '1980-02-29',
    '2024-01-01T00:00:00Z',
    '2024-01-01T10:30:00.500Z',
    '2020-02-29 12:00',
    '2024-01-01T02:00:00+02:00',
  ],
  text: [
    'John',
    'john',
    'a',
    '',
    'lines',
    '\n',
    'Z',
    'ë',
    '😀',
    '%',
    '_',
    `'`,
    '\\',
    'ok',
    'a b',
    'public',
    '42',
    'x.y',
  ],
};
/** Patterns that mean the same in JavaScript and Python. */
const PATTERNS = [
  'J',
  'J.*n$',
  '.*hn',
  '[a-z]+',
  '[^a]',
  'jo|Ja',
  '(o)?',
  '\\w+\\s',
  'a\\.',
  '\\d{1,2}',
  'x.y',
  '.*\\bl',
  '(?:tw)o.l',
  '(.)\\1',
  '[\\s\\S]*s',
  '',
  'a{,2}b'.replace('{,2}', '{0,2}'),
  '2024',
  'tr',
  '(?=J)',
  '(?!J).',
  '[]]'.replace('[]]', '[\\]]'),
];

const rule: fc.Arbitrary<BasicRule> = fc.constantFrom(...Object.keys(KINDS)).chain((field) => {
  const kind = KINDS[field] ?? 'text';
  const compared = fc.record({
    rule: fc.constantFrom(...(kind === 'boolean' ? (['equals'] as const) : (['equals', '>', '<'] as const))),
    value: fc.constantFrom(...VALUES[kind]),
  });
  const searched = fc.record({
    rule: fc.constantFrom(...(['contains', 'starts_with', 'ends_with'] as const)),
    value: fc.constantFrom(...VALUES.text, ...VALUES.number, '-01-', 'T', 'true'),
  });
  const matched = fc.record({ rule: fc.constant('regex' as const), value: fc.constantFrom(...PATTERNS) });
  const policy = fc.constantFrom('include' as const, 'exclude' as const);
  return fc
    .tuple(policy, fc.oneof(compared, searched, matched))
    .map(([how, what]) => ({ policy: how, field, ...what }));
});

test(`${CASES} random lists of rules choose the rows that a plain reading of their documents does`, async () => {
  const { document, id } = project([]);
  const query = `select ${document} as document from public.person as t cross join lateral (select ${id} as id) as k`;
  const rows = await withTransaction(source, (tx) => tx.query<{ document: string }>(query));
  const documents = rows.map(({ document: json }) => parseExactly(json));
  const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);
  console.info(`basic rules: ${CASES} cases, seed ${seed}`);
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 4 }), async (rules) => {
      const expected = documents
        .filter((plain) => isSynced(rules, plain, KINDS))
        .map(({ nr }) => Number(nr))
        .sort((a, b) => a - b);
      if (expected.length < documents.length) decided += 1;
      expect(await syncedRows(rules)).toEqual(expected);
    }),
    { numRuns: CASES, seed },
  );
  expect(decided).toBeGreaterThan(CASES / 10);
});

test.each([
  ['Jo', 'John', true],
  ['hn', 'John', false],
  ['o$', 'two\nlines', false],
  ['(?i)JOHN', 'john', true],
  ['(?s)two.lines', 'two\nlines', true],
  ['two.lines', 'two\nlines', false],
  ['lines$', 'lines\n', true],
  ['(?P<a>l)(?P=a)', 'llama', true],
  ['a{,2}$', 'aa', true],
  ['{', '{', true],
  ['[[:alpha:]]', ':]', true],
  ['\\x41\\u0042', 'AB', true],
  ['[\\s\\S]+z', 'a\nz', true],
  ['[^x\\D]', '1', true],
  ['[^x\\D]', 'a', false],
  ['[x\\W]+a', '-xa', true],
  ['a\\Z', 'a', true],
  ['\\.\\-\\é', '.-é', true],
])('the regular expression %s is read as Python does: %s matches: %s', async (value, text, matches) => {
  await database.sql('update person set name = $1 where nr = 1', [text]);
  const synced = await syncedRows([{ policy: 'exclude', field: 'name', rule: 'regex', value }]);
  expect(!synced.includes(1)).toBe(matches);
});

test.each([
  ['age', '>', 'old', /must be a number/],
  ['active', '>', 'true', /no order/],
  ['active', 'equals', 'perhaps', /true or false/],
  ['born', '<', 'yesterday', /a date or a time/],
  ['born', 'equals', '2023-02-29', /a date or a time/],
  ['name', 'regex', 'a++', /possessive/],
  ['name', 'regex', '(?>a)', /no equivalent/],
] as const)('a rule that compares %s %s %s is refused', (field, comparison, value, message) => {
  const bad: BasicRule = { policy: 'exclude', field, rule: comparison, value };
  expect(() => project([bad])).toThrow(message);
  expect(() => project([bad])).toThrow(/public\.person/);
});

function parseExactly(json: string): PlainDocument {
  return JSON.parse(
    json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gu, (token) => (token.startsWith('"') ? token : `"${token}"`)),
  ) as PlainDocument;
}
