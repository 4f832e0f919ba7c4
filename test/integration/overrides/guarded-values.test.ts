import fc from 'fast-check';

import { listPossibleTypes, renderOverride } from '../../../src/documents/overrides/render-override';
import { closeSource, type Source } from '../../../src/postgres/connection/source';
import { withTransaction } from '../../../src/postgres/connection/transaction';
import type { ColumnType } from '../../../src/sync/relation';
import { connectorEntry } from '../../support/configuration-file';
import { fuzzing } from '../../support/fuzz';
import { hostileText } from '../../support/hostile-text';
import { baseType } from '../../support/make-relation';
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

/** Texts of one statement. */
const BATCH = 50;

/** A field type for each way that texts are turned. */
const TURNED =
  'text completion byte boolean date ip integer_range ip_range geo_point object dense_vector sparse_vector'.split(' ');

const WORDS = [
  '1',
  '-0',
  '+.5',
  '1e5',
  '1e400',
  '01',
  '9'.repeat(300),
  'NaN',
  't',
  'off',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
];
const MORE = [
  ',',
  ':',
  '"',
  '"a"',
  '"a":',
  '1.2.3.4',
  '::1',
  '/24',
  'empty',
  'null',
  'true',
  ' ',
  '\n',
  '\\',
  '\\u0000',
];
const ALMOST = fc
  .array(fc.constantFrom(...WORDS, ...MORE, '\\ud800', '\\u00e9', '{"a":1}', '[1,2]', '(1,2)'), { maxLength: 7 })
  .map((parts) => parts.join(''));

/** JSON, and JSON of which a character is missing or doubled. */
const JSON_TEXT = fc
  .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.constantFrom('', 'cut', 'doubled'))
  .map(([json, at, how]) => {
    const place = at % json.length;
    if (how === 'cut') return json.slice(0, place) + json.slice(place + 1);
    return how === 'doubled' ? json.slice(0, place) + json.charAt(place) + json.slice(place) : json;
  });

const anyText = fc
  .oneof(ALMOST, JSON_TEXT, hostileText())
  // PostgreSQL's texts hold neither.
  .map((text) => text.replaceAll('\0', '').replace(/\p{Cs}/gu, ''));

test('no text ends a COPY, whatever mapping its column is given: it is turned, or stays as it is', async () => {
  const columns = TURNED.map((type) => {
    const { rendering } = renderOverride(baseType('text'), { type }, 'flattened');
    return `${rendering?.render('t."v"') ?? ''} as "${type}"`;
  });
  const select = `select (select row_to_json(d.*) from (select ${columns.join(', ')}) as d)::text as json
    from unnest($1::text[]) with ordinality as t (v, n) order by n`;
  const { numRuns = 0, ...others } = fuzzing('texts under overrides', 2_000);
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: BATCH, maxLength: BATCH }), async (texts) => {
      const rows = await withTransaction(source, (tx) => tx.query<{ json: string }>(select, [texts]));
      for (const [number, { json }] of rows.entries()) {
        expect(json).not.toMatch(/[\n\r]/u);
        const text = texts[number] ?? '';
        const turned = JSON.parse(json) as Readonly<Record<string, unknown>>;
        // Between 750 and 1,000 digits of a number it depends on what is beside it.
        const expected = [1_000, 750].map((digits) => normalize(expectedJson(text, digits)));
        expect(expected).toContainEqual(normalize(turned['object']));
        expect(turned['text']).toBe(text);
      }
    }),
    { ...others, numRuns: Math.ceil(numRuns / BATCH) },
  );
});

/** Values that some cast or function of PostgreSQL's fails on, or whose text is no JSON; nulls besides. */
const ODD: Readonly<Record<string, readonly string[]>> = {
  point: ['(NaN,Infinity)', '(-Infinity,1e300)'],
  lseg: ['[(NaN,Infinity),(-Infinity,-0)]'],
  box: ['(NaN,Infinity),(-Infinity,-0)'],
  path: ['[(NaN,1)]', '((1,2))'],
  polygon: ['((NaN,1),(Infinity,2))'],
  numeric: ['NaN', '1e400', '9'.repeat(1_000)],
  float8: ['NaN', '-Infinity', '5e-324', '-0'],
  money: ['-92233720368547758.08'],
  date: ['infinity', '-infinity', '4713-01-01 BC', '5874897-12-31', '1969-12-31'],
  timestamptz: [
    'infinity',
    '4713-01-01 00:00:00+00 BC',
    '294276-12-31 23:59:59.999999+00',
    '1969-12-31 23:59:59.9999+00',
  ],
  time: ['24:00', '00:00:00.000001'],
  tstzrange: ['empty', '(,)', '[-infinity,infinity]', '[4713-01-01 BC,294276-12-31)'],
  inet: ['::ffff:1.2.3.4/96', '::/0', '0.0.0.0/0'],
  cidr: ['::ffff:1.2.3.0/120', '::/0', '1.2.3.4/32'],
  jsonb: ['1e1000', '"x"', 'null', '[[{}]]', `"${'x'.repeat(2_000)}"`],
  json: ['"\\u0000"', '{"a":"\\ud800"}', '1e999999', ' [1,\n2] ', '{"a":1,"a":2}'],
  hstore: ['a=>null, b=>x', ''],
  bytea: ['\\x', '\\x00ff'],
  varbit: ['', '1'.repeat(300)],
};
const FORMATS = ['epoch_millis', 'epoch_second', 'yyyy/MM/dd HH:mm:ss.SSSSSSSSS', undefined];

test('no odd value of another type ends a COPY either', async () => {
  await database.sql('create extension hstore');
  for (const [name, values] of Object.entries(ODD)) {
    const range: ColumnType = { kind: 'range', sqlName: name, element: baseType('timestamptz') };
    const type = name === 'tstzrange' ? range : baseType(name);
    const columns = listPossibleTypes(type).flatMap((fieldType) =>
      FORMATS.flatMap((format) => {
        const mapping = { type: fieldType, ...(format === undefined ? {} : { format }) };
        const sql = renderOverride(type, mapping, 'flattened').rendering?.render('t."v"');
        return sql === undefined ? [] : [`${sql} as "${fieldType} ${format ?? ''}"`];
      }),
    );
    const rows = await withTransaction(source, (tx) =>
      tx.query<{ json: string }>(
        `select (select row_to_json(d.*) from (select ${columns.join(', ')}) as d)::text as json
         from (select x::${name === 'hstore' ? 'public.hstore' : name} as v from unnest($1::text[]) as x) as t`,
        [[...values, null]],
      ),
    );
    for (const { json } of rows) {
      expect(json).not.toMatch(/[\n\r]/u);
      expect(Object.keys(JSON.parse(json) as object)).toHaveLength(columns.length);
    }
  }
});

test('of rows with any texts each is indexed or a dead letter', async () => {
  const mapping = Object.fromEntries(TURNED.map((type) => [`public.any.${type}`, MAPPINGS[type] ?? { type }]));
  await database.sql(
    `create table public.any (id int primary key, ${TURNED.map((type) => `"${type}" text`).join(', ')})`,
  );
  const texts = fc.sample(anyText, { numRuns: TURNED.length * 10, seed: 17 });
  for (const [number, type] of TURNED.entries()) {
    await database.sql(
      `insert into public.any (id, "${type}") select $1::int + n, v from unnest($2::text[]) with ordinality as t (v, n)`,
      [number * 10, texts.slice(number * 10, number * 10 + 10)],
    );
  }
  const entry = connectorEntry(database, { tables: 'any' }, { documents: { mapping } });
  const letters = async () => (await harness.deadLetters(entry)).map((letter) => String(letter['reason']));
  const report = await harness.sync(entry);
  expect(report.indexed + report.rejected).toBe(texts.length);
  expect(report.rejected).toBeGreaterThan(0);
  expect(await letters()).toHaveLength(report.rejected);
  expect((await letters()).filter((reason) => !reason.startsWith('Elasticsearch refused'))).toEqual([]);
  expect(await harness.verify(entry)).toMatchObject({ differences: [] });
});

const MAPPINGS: Readonly<Record<string, object>> = {
  object: { type: 'object', properties: { a: { type: 'keyword' } } },
  dense_vector: { type: 'dense_vector', dims: 2 },
};

/** JSON that a text holds, as jsonb has it; else the text. */
function expectedJson(text: string, mostDigits: number): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const isScalar = typeof value !== 'object' || value === null;
    return isScalar || holdsWhatJsonbRefuses(text, mostDigits) ? text : value;
  } catch {
    return text;
  }
}

/** NUL and lone surrogates, and numbers of which jsonb would print more characters than that. */
function holdsWhatJsonbRefuses(text: string, mostDigits: number): boolean {
  const escapes = text
    .replaceAll('\\\\', ' ')
    .replace(/\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}/gu, ' ');
  const scalars = text.replace(/"(?:[^"\\]|\\.)*"/gu, '""');
  const numbers = scalars.matchAll(/(?<int>\d+)(?:\.(?<fraction>\d+))?(?:[eE](?<exponent>[+-]?\d+))?/gu);
  return (
    /\\u(?:0000|[dD][89a-fA-F])/u.test(escapes) ||
    [...numbers].some(({ groups = {} }) => printedDigits(groups) > mostDigits)
  );
}

/** Digits and point as numeric has them: nothing is left to an exponent. */
function printedDigits({ int = '', fraction = '', exponent = '0' }: Partial<Record<string, string>>): number {
  const decimals = Math.max(0, fraction.length - Number(exponent));
  return Math.max(1, int.length + Number(exponent)) + (decimals === 0 ? 0 : decimals + 1);
}

/** Numbers as JSON has them: no -0, no infinity. */
function normalize(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
