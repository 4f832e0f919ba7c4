import { join } from 'node:path';

import { expectClearMessage } from '../support/clear-message';
import { runCommand } from '../support/command-line';
import { connectorEntry, writeConfiguration } from '../support/configuration-file';
import { createDatabase, type TestDatabase } from '../support/postgres';

const environment = { NODE_OPTIONS: `--require ${join(__dirname, '..', 'support', 'no-native-code.js')}` };

let database: TestDatabase;
let file: string;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql('create table item (id integer primary key)');
  file = writeConfiguration({ connectors: [connectorEntry(database)] });
});

afterAll(() => database.drop());

describe('on a system without native code of Temporal, as Alpine Linux', () => {
  const working = ['check', 'plan', 'rejected list', 'connectors list', 'jobs list', 'schedule list'];

  test.each(working)('%s works', async (command) => {
    expect(await runCommand([...command.split(' '), '-c', file], environment)).toMatchObject({ code: 0 });
  });

  test.each(['worker', 'up', 'sync'])('%s ends with one line that says where it would run', async (command) => {
    const ended = await runCommand([command, '-c', file], environment);
    expectClearMessage(ended, { code: 2, names: ['with musl', 'glibc', 'other commands work here'] });
  });
});
