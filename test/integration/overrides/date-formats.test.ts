import { connectorEntry } from '../../support/configuration-file';
import { connectElasticsearch } from '../../support/elasticsearch';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { startSyncHarness, type SyncHarness } from '../../support/sync-harness';

const client = connectElasticsearch();
let database: TestDatabase;
let harness: SyncHarness;

beforeAll(async () => {
  database = await createDatabase();
  harness = await startSyncHarness();
});

afterAll(async () => {
  await harness.stop();
  await client.close();
  await database.drop();
});

const FULL = '2024-02-29T12:34:56.789Z';

/** Formats, and what is left of a timestamp in each. */
const FORMATS: Readonly<Record<string, string>> = {
  strict_date_optional_time: FULL,
  'yyyy/MM/dd||strict_date_optional_time': FULL,
  epoch_millis: FULL,
  epoch_second: '2024-02-29T12:34:56.000Z',
  ...of(
    '2024-02-29T00:00:00.000Z',
    'strict_date',
    'basic_date',
    'strict_year_month_day',
    'basic_ordinal_date',
    'ordinal_date',
  ),
  ...of('2024-02-29T00:00:00.000Z', 'yyyy/MM/dd', 'dd.MM.yyyy', 'd/M/uu', 'dd MMM yyyy', 'EEE, d MMMM yyyy', 'yyyyDDD'),
  ...of('2024-02-01T00:00:00.000Z', 'strict_year_month', 'MM/yyyy'),
  ...of('2024-01-01T00:00:00.000Z', 'strict_year', 'yyyy'),
  ...of('2024-02-29T12:00:00.000Z', 'strict_date_hour', 'yyyy-MM-dd HH'),
  ...of('2024-02-29T12:34:00.000Z', 'strict_date_hour_minute', "yyyy-MM-dd'T'HH:mm", 'yyyy-MM-dd hh:mm a'),
  ...of(
    '2024-02-29T12:34:56.000Z',
    'strict_date_hour_minute_second',
    'date_time_no_millis',
    'basic_date_time_no_millis',
  ),
  ...of(
    '2024-02-29T12:34:56.000Z',
    'yyyyMMddHHmmss',
    "yyyy-MM-dd HH:mm:ss'Z'",
    'yyyy-MM-dd[ HH:mm:ss]',
    "yyyy 'o''clock' MM dd HH mm ss",
  ),
  ...of(
    '2024-02-29T12:34:56.000Z',
    'yyyy-MM-dd HH:mm:ssXXX',
    'yyyy-MM-dd HH:mm:ss xx',
    'yyyy-MM-dd HH:mm:ss Z',
    'yyyy-MM-dd HH:mm:ss VV',
  ),
  ...of(
    FULL,
    'strict_date_time',
    'basic_date_time',
    'date_hour_minute_second_millis',
    'date_hour_minute_second_fraction',
  ),
  ...of(
    FULL,
    'yyyy-MM-dd HH:mm:ss.SSS',
    'yyyy-MM-dd HH:mm:ss.SSSSSS',
    'yyyy-MM-dd HH:mm:ss,SSSSSSSSS',
    'yyyy-MM-dd HH:mm:ss.SSSX',
  ),
  ...of('1970-01-01T12:34:56.000Z', 'hour_minute_second', 'HH:mm:ss', 'time_no_millis'),
  ...of('1970-01-01T12:34:56.789Z', 'hour_minute_second_millis', 'hour_minute_second_fraction', 'time'),
  ...of('1970-01-01T12:34:00.000Z', 'hour_minute'),
  ...of('1970-01-01T12:00:00.000Z', 'hour'),
};

function of(left: string, ...formats: readonly string[]): Record<string, string> {
  return Object.fromEntries(formats.map((format) => [format, left]));
}

test('dates are written so that a field of any of these formats holds the same moment', async () => {
  const formats = Object.keys(FORMATS);
  const columns = formats.map((_, number) => `c${number}`);
  await database.sql(`
    create table at (id int primary key, ${columns.map((column) => `${column} timestamptz`).join(', ')});
    insert into at values (1, ${columns.map(() => `'2024-02-29 14:34:56.789123+02'`).join(', ')});
    create table days (id int primary key, day date, clock time, span tstzrange);
    insert into days values (1, '2024-02-29', '12:34:56.789', '[2024-02-29 00:00+00,2024-03-01 00:00+00)'),
      (2, 'infinity', null, null), (3, '0044-03-15 BC', '24:00', '(,)')`);
  const mapping = Object.fromEntries(
    formats.map((format, number) => [`public.at.c${number}`, { type: 'date', format }]),
  );
  Object.assign(mapping, {
    'public.days.day': { type: 'date', format: 'dd.MM.yyyy' },
    'public.days.clock': { type: 'date', format: 'HH:mm:ss.SSS' },
    'public.days.span': { type: 'date_range', format: 'yyyy/MM/dd HH:mm' },
  });
  const entry = connectorEntry(database, { tables: 'at, days' }, { documents: { field_names: 'plain', mapping } });
  const report = await harness.sync(entry);
  // Infinity and years before Christ have no such format: dead letters that name the field.
  expect(report).toMatchObject({ rejected: 2 });
  expect(await harness.deadLetters(entry)).toMatchObject([{ field: 'day' }, { field: 'day' }]);
  const index = entry.index_name;
  await client.indices.refresh({ index });
  const { hits } = await client.search({
    index,
    query: { term: { _table: 'at' } },
    docvalue_fields: columns.map((field) => ({ field, format: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'" })),
  });
  const held = formats.map((format, number) => [format, (hits.hits[0]?.fields?.[`c${number}`] as string[])[0]]);
  expect(Object.fromEntries(held)).toEqual(FORMATS);
  const term = (field: string, value: string) => client.count({ index, query: { term: { [field]: value } } });
  expect((await term('day', '29.02.2024')).count).toBe(1);
  expect((await term('clock', '12:34:56.789')).count).toBe(1);
  expect((await term('span', '2024/02/29 12:00')).count).toBe(1);
  expect(await harness.verify(entry)).toMatchObject({ differences: [] });
});
