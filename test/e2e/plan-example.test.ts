import type { Example } from '../../src/activities/plan/read-examples';
import { runCommand } from '../support/command-line';
import { connectorEntry, writeConfiguration } from '../support/configuration-file';
import { createDatabase, type TestDatabase } from '../support/postgres';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`
    create table parcel (id bigint primary key, note text);
    create table stamp (id integer primary key, parcel_id bigint references parcel, worth numeric);
    insert into parcel select 9007199254740990 + n, 'parcel ' || n from generate_series(1, 3) as n;
    insert into stamp select n, 9007199254740992, n * 1.10 from generate_series(1, 2) as n;
    create table nothing (id integer primary key);
    create view failing as select id, 1 / (id - id) as x from stamp`);
});

afterAll(() => database.drop());

test('plan --example prints the document that a row becomes, with the rows of other tables in it', async () => {
  const nested = { parcel: { stamps: { table: 'stamp' } } };
  const settings = { nested, id_columns: { 'public.failing': ['id'] } };
  const tables = ['*', 'failing'];
  const file = writeConfiguration({ connectors: [connectorEntry(database, { tables }, { documents: settings })] });
  const planned = await runCommand(['plan', '--example', '-c', file]);
  expect(planned).toMatchObject({ code: 0 });
  const examples = planned.stderr.slice(planned.stderr.indexOf('Example documents'));
  expect(examples).toContain('public.nothing: none, it has no rows');
  expect(examples).toMatch(/public\.failing: none, .*error 22012/u);
  expect(examples).toContain(`
    "public_parcel_id": 9007199254740992,
    "public_parcel_note": "parcel 2",
    "stamps": [
      { "id": 1, "parcel_id": 9007199254740992, "worth": 1.10 },
      { "id": 2, "parcel_id": 9007199254740992, "worth": 2.20 }
    ]
  }
`);
  const { stdout } = await runCommand(['plan', '--example', '--json', '-c', file]);
  const { examples: documents } = JSON.parse(stdout) as { readonly examples: readonly Example[] };
  const parcel = documents.find(({ relation }) => relation === 'public.parcel');
  expect(parcel?.document).toContain('"public_parcel_id":9007199254740992,"public_parcel_note":"parcel 2"');
});
