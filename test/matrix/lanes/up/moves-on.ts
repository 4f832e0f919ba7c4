import { startTemporal, type TemporalServer } from '../../../../src/stack/servers/start-temporal';
import { readJson, runCommand, startCommand } from '../../../support/command-line';
import { createOwnUp, newDataFolder, type OwnUp } from '../../../support/own-up';
import { stopCommand, untilItPolls } from '../../../support/worker-process';

let own: OwnUp;
let server: TemporalServer;

beforeAll(async () => {
  [own, server] = await Promise.all([createOwnUp(1_000), startTemporal()]);
});

afterAll(async () => {
  await server.stop();
  await own.close();
});

test('whoever moves on to a Temporal of their own takes schedules along, and no row is sent again', async () => {
  const data = newDataFolder();
  const up = await own.start(data);
  expect(await own.run('sync')).toMatchObject({ code: 0 });
  expect((await own.run('jobs', 'list', '--status', 'running', '--json')).stdout).toContain('[]');
  expect(await own.run('schedule', 'pause', '--note', 'for the move')).toMatchObject({ code: 0 });
  expect(await runCommand(['down', '--data', data])).toMatchObject({ code: 0 });
  expect(await up.finished).toMatchObject({ code: 0 });

  const there = { UP_TEMPORAL: server.url };
  const run = (...command: readonly string[]) => runCommand([...command, '-c', own.file], there);
  await own.database.sql("update item set label = 'changed' where id <= 3; delete from item where id = 4");
  expect(await run('schedule', 'apply')).toMatchObject({ code: 0 });
  const worker = await untilItPolls(startCommand(['worker', '-c', own.file], there));
  try {
    const listed = (await run('schedule', 'list')).stderr;
    expect(listed).toContain(own.connector);
    // A pause belongs to the server that it was told.
    expect(listed).not.toContain('paused');
    const synced = readJson<{ indexed: number; deleted: number }>(await run('sync', '--incremental', '--json'));
    expect(synced).toMatchObject({ status: 'completed', indexed: 3, deleted: 1 });
    expect((await run('verify')).stderr).toContain('no difference');
  } finally {
    await stopCommand(worker);
  }
});
