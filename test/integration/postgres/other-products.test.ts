import { Client } from 'pg';

import { recognizeRefuser } from '../../../src/postgres/connection/recognize-product';
import { closeSource } from '../../../src/postgres/connection/source';
import { probeSource } from '../../../src/postgres/server/probe-source';
import { letCallItself } from '../../support/platforms/refuse-functions';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { openTestSource, sourceSettings } from '../../support/source';

let database: TestDatabase;

beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const OTHERS = [
  ['CockroachDB 23.1.11', 'CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27 01:53:43, go1.19.10)'],
  ['YugabyteDB 2.21.0.0', 'PostgreSQL 11.2-YB-2.21.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 17.0.6'],
  [
    'Amazon Redshift 1.0.12103',
    'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017, Redshift 1.0.12103',
  ],
  ['Greenplum 7.1.0', 'PostgreSQL 12.12 (Greenplum Database 7.1.0 build commit:e7c2b1f14bb42a1018a) on x86_64'],
] as const;

test.each(OTHERS)('%s is told as what it is', async (name, version) => {
  await letCallItself(database, version);
  const source = openTestSource(database);
  await expect(probeSource(source)).rejects.toMatchObject({
    type: 'InvalidConfig',
    message: expect.stringContaining(` is ${name}, not PostgreSQL`) as string,
  });
  await closeSource(source);
});

test.each<readonly [string, string]>([
  ...OTHERS.map(([name, version]) => [`${name}, not PostgreSQL`, version] as const),
  ['PostgreSQL 9.6.24', 'PostgreSQL 9.6.24 on x86_64-pc-linux-gnu'],
])('%s is told although it refuses the settings of a transaction', async (words, version) => {
  await letCallItself(database, version);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await expect(client.query('begin; set local no_such_setting = off')).rejects.toThrow('no_such_setting');
  expect(await recognizeRefuser(client, sourceSettings(database))).toMatchObject({
    type: 'InvalidConfig',
    message: expect.stringContaining(words) as string,
  });
  await client.end();
});
