import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

import { awaitAddresses, makeTemporaryFolder, type PgferryProcess, runPgferry } from '../../support/stack-process';

const running: PgferryProcess[] = [];
let folder: string;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
});

afterAll(async () => {
  for (const stack of running) await stop(stack);
  await rm(folder, { recursive: true, force: true });
});

async function stop({ child, exited, temporary }: PgferryProcess): Promise<void> {
  child.kill('SIGTERM');
  await exited;
  await rm(temporary, { recursive: true, force: true });
}

/** Starts PostgreSQL with its data in the folder, asks one question and stops it. */
async function askOnce(question: string): Promise<unknown> {
  const stack = await runPgferry(['stack', 'up', '--json', '--only', 'postgres', '--data', join(folder, 'data')]);
  running.push(stack);
  const { postgres } = await awaitAddresses(stack);
  const client = new Client({ connectionString: postgres?.url ?? '' });
  await client.connect();
  const { rows } = await client.query(question);
  await Promise.all([once(client, 'end'), client.end()]);
  await stop(stack);
  return rows;
}

test('A stack keeps its data in the folder that --data names', async () => {
  await askOnce('create table kept as select 7 as number');
  expect(await askOnce('select number from kept')).toEqual([{ number: 7 }]);
});
