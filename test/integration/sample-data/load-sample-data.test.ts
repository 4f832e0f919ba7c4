import { loadSampleData, type SampleDataReport } from '../../../src/stack/sample-data/load-sample-data';
import { NATIVE_CITY_NAMES } from '../../../src/stack/sample-data/native-city-names';
import { createDatabase, type TestDatabase } from '../../support/postgres';

describe('the sample data', () => {
  let database: TestDatabase;
  let report: SampleDataReport;
  const lines: string[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    await loadSampleData(database.url);
    report = await loadSampleData(database.url, { progress: (line) => lines.push(line) });
  });
  afterAll(() => database.drop());

  test('can be loaded again and again, and tells what it does', async () => {
    for (const { table, rows } of report.tables) {
      expect(lines).toContain(`${table}: ${rows} rows`);
      expect(await database.sql(`select count(*)::int as rows from public.${table}`)).toEqual([{ rows }]);
    }
    expect(report.tables.map(({ table }) => table)).toEqual(['employee', 'customer', 'country', 'city']);
  });

  test("has the rows of Elastic's reference", async () => {
    expect(await database.sql('select * from employee order by emp_id')).toEqual([
      { emp_id: 3, name: 'John', age: 28 },
      { emp_id: 10, name: 'Jane', age: 35 },
      { emp_id: 14, name: 'Alex', age: 22 },
    ]);
    expect(await database.sql('select * from customer order by c_id')).toEqual([
      { c_id: 2, name: 'Elm', age: 24 },
      { c_id: 6, name: 'Pine', age: 30 },
      { c_id: 9, name: 'Oak', age: 34 },
    ]);
  });

  test('has real countries, and a country for every city', async () => {
    expect(report.addedCountries).toEqual([]);
    const [japan] = await database.sql(
      `select name, native_names, capital, area::float8, location::text, flag from country where code = 'JP'`,
    );
    expect(japan).toEqual({
      name: 'Japan',
      native_names: { jpn: { common: '日本', official: '日本' } },
      capital: ['Tokyo'],
      area: 377930,
      location: '(138,36)',
      flag: '🇯🇵',
    });
    expect(
      await database.sql(
        'select c.name, n.name as country from city c join country n on n.code = c.country_code where c.id = 1850147',
      ),
    ).toEqual([{ name: 'Tokyo', country: 'Japan' }]);
  });

  test.each([
    ['city', '東京', 'Tokyo'],
    ['city', 'Москва', 'Moscow'],
    ['city', 'القاهرة', 'Cairo'],
    ['country', '日本', 'Japan'],
    ['country', 'Ελλάδα', 'Greece'],
  ])('finds a %s by its name in another script: %s', async (table, other, name) => {
    const found = await database.sql(`select name from public.${table} where $1::text = any(names)`, [other]);
    expect(found).toEqual([{ name }]);
  });

  test('gives every native name to a city that is there', async () => {
    const wanted = Object.entries(NATIVE_CITY_NAMES).flatMap(([code, cities]) =>
      Object.keys(cities).map((name) => `${code}/${name}`),
    );
    const found = await database.sql(
      `select country_code || '/' || name as city from city where names[1] ~ '[^\\u0001-\\u024f]'`,
    );
    expect(found.map(({ city }) => city)).toEqual(expect.arrayContaining(wanted));
  });
});
