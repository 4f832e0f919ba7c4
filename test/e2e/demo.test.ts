import { Client } from 'pg';

import { DEMO_DATABASE } from '../../src/cli/demo/demo-settings';
import { type FinishedCommand, runCommand } from '../support/command-line';
import { connectElasticsearch, deleteIndices } from '../support/elasticsearch';
import { postgresUrl } from '../support/postgres';

let demo: FinishedCommand;

beforeAll(async () => {
  // The servers of the tests, which the environment names: the demo uses them as they are.
  demo = await runCommand(['demo', '--once']);
});

afterAll(async () => {
  const elasticsearch = connectElasticsearch();
  await deleteIndices(elasticsearch, 'search-demo');
  await elasticsearch.close();
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  await client.query(`drop database if exists ${DEMO_DATABASE} with (force)`);
  await client.end();
});

describe('pgferry demo', () => {
  test('ends with 0 where it needs not stay up', () => {
    expect(demo).toMatchObject({ code: 0, stdout: '' });
  });

  test.each([
    ['loads its data', /city: 135233 rows/u],
    ['checks', /✓ PostgreSQL, Elasticsearch, tables and mapping are fine/u],
    ['plans', /search-demo \(new\), \d+ fields/u],
    ['syncs', /✓ full sync of demo: 135,489 indexed, 0 unchanged, 0 deleted, 0 rejected in/u],
    ['finds a city by its name in another script', /東京.*\n {4}→ Tokyo, JP, \d+/u],
    ['finds an employee', /the employee John.*\n {4}→ John, 28/u],
    ['syncs what changed, and no more', /✓ full sync of demo: 3 indexed, 135,487 unchanged, 1 deleted, 0 rejected in/u],
    ['shows what changed', /all employees.*\n(?: {4}→ (?:10, Jane, 35|21, Grace, 45|3, John, 29)\n){3}/u],
    ['says where to look', /Temporal UI .*\n.*\/search-demo\/_search/u],
  ])('%s', (_, expected) => {
    expect(demo.stderr).toMatch(expected);
  });
});
