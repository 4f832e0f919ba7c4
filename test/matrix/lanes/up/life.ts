import { expectClearMessage } from '../../../support/clear-message';
import { readJson, runCommand, startCommand } from '../../../support/command-line';
import { connectElasticsearch } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { listeningAddresses } from '../../../support/listening-addresses';
import { createOwnUp, newDataFolder, type OwnUp, processesOf, untilItWorks } from '../../../support/own-up';

const elasticsearch = connectElasticsearch();

let own: OwnUp;

beforeAll(async () => {
  own = await createOwnUp(100_000);
});

afterAll(async () => {
  await elasticsearch.close();
  await own.close();
});

describe('pgferry up', () => {
  test('goes on where it was when it was killed in the middle of a sync, together with its server', async () => {
    const data = newDataFolder();
    const first = await own.start(data);
    expect(await own.run('schedule', 'pause', '--note', 'moving house')).toMatchObject({ code: 0 });
    expect((await own.run('sync', '--detach')).code).toBe(0);
    await eventually('some documents are there', async () => {
      await elasticsearch.indices.refresh({ index: own.index, ignore_unavailable: true });
      // A new index does not answer until its shard has started.
      const counted = await elasticsearch
        .count({ index: own.index, ignore_unavailable: true })
        .catch(() => ({ count: 0 }));
      return counted.count > 0;
    });
    for (const pid of processesOf(data)) process.kill(pid, 'SIGKILL');
    await first.finished;
    const second = await own.start(data);
    const shown = readJson<{ status: string }>(await own.run('jobs', 'show', '--follow', '--json'));
    expect(shown).toMatchObject({ status: 'completed' });
    expect((await own.run('verify')).stderr).toContain('no difference');
    expect((await own.run('schedule', 'list')).stderr).toContain('paused: moving house');
    const page = await (await fetch(`http://127.0.0.1:${own.ports.page}/`)).text();
    expect(page).toContain(`http://127.0.0.1:${own.ports.ui}/namespaces/default/workflows/sync-`);
    second.child.kill('SIGTERM');
    expect(await second.finished).toMatchObject({ code: 0 });
  });

  test('listens on this machine only, and says so plainly where it is told otherwise', async () => {
    const data = newDataFolder();
    const up = await own.start(data);
    const addresses = processesOf(data).flatMap(listeningAddresses);
    expect(addresses).toEqual(expect.arrayContaining(Object.values(own.ports).map((port) => `loopback:${port}`)));
    expect(addresses.filter((address) => !address.startsWith('loopback:'))).toEqual([]);
    up.child.kill('SIGTERM');
    expect(await up.finished).toMatchObject({ code: 0 });

    const open = startCommand([...own.args(newDataFolder()), '--ip', '0.0.0.0']);
    await untilItWorks(open);
    expect(open.stderr()).toContain('WARNING Temporal listens at 0.0.0.0');
    open.child.kill('SIGTERM');
    expect(await open.finished).toMatchObject({ code: 0 });
  });

  test('starts its server again when that ends by itself', async () => {
    const data = newDataFolder();
    const up = await own.start(data);
    const [, temporal = 0] = processesOf(data);
    process.kill(temporal, 'SIGKILL');
    await eventually('the server answers again', () => up.stderr().includes('Temporal answers again'), 60_000);
    expect((await own.run('jobs', 'list')).code).toBe(0);
    up.child.kill('SIGINT');
    expect(await up.finished).toMatchObject({ code: 130 });
  });

  test('works in the background until down, and not twice in one folder', async () => {
    const data = newDataFolder();
    expect(await runCommand([...own.args(data), '--detach'])).toMatchObject({ code: 0 });
    expect((await own.run('jobs', 'list')).code).toBe(0);
    expectClearMessage(await runCommand(own.args(data)), { code: 2, names: ['in use by another', 'pgferry down'] });
    expect((await runCommand(['down', '--data', data])).stderr).toBe('stopped\n');
    expect((await runCommand(['down', '--data', data])).stderr).toContain('no pgferry up runs');
  });
});
