import { rm } from 'node:fs/promises';

import { checkServers } from '../../../src/stack/servers/check-servers';
import { eventually } from '../../support/eventually';
import {
  awaitAddresses,
  listProcesses,
  listRemains,
  type PgferryProcess,
  runPgferry,
} from '../../support/stack-process';

const running: PgferryProcess[] = [];

async function stackUp(args: readonly string[] = [], environment?: Readonly<Record<string, string>>) {
  const stack = await runPgferry(['stack', 'up', '--json', ...args], environment);
  running.push(stack);
  return stack;
}

afterAll(async () => {
  for (const { child, exited, temporary } of running) {
    child.kill('SIGTERM');
    await exited;
    await rm(temporary, { recursive: true, force: true });
  }
});

describe('pgferry stack up', () => {
  const ways = {
    'Ctrl-C': (pid: number) => process.kill(-pid, 'SIGINT'),
    SIGTERM: (pid: number) => process.kill(pid, 'SIGTERM'),
    SIGKILL: (pid: number) => process.kill(pid, 'SIGKILL'),
  };

  test.each(Object.entries(ways))(
    'answers on all three servers, prints one JSON document, and leaves nothing behind after %s',
    async (_, end) => {
      const stack = await stackUp();
      const addresses = await awaitAddresses(stack);
      expect(await checkServers(addresses)).toEqual({ postgres: true, elasticsearch: true, temporal: true });
      expect(addresses.temporal?.ui_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect((await listRemains(stack, addresses)).length).toBeGreaterThan(6);

      end(stack.child.pid ?? 0);
      await stack.exited;
      expect(stack.stdout().trimEnd().split('\n')).toHaveLength(1);
      await eventually('no process and no temporary folder is left', async () => {
        return (await listRemains(stack, addresses)).length === 0;
      });
    },
  );

  test('leaves nothing behind when it is killed while it starts', async () => {
    const stack = await stackUp();
    await eventually('a server starts', async () => (await listProcesses(stack.temporary)).length > 0);
    stack.child.kill('SIGKILL');
    await stack.exited;
    await eventually('no process and no temporary folder is left', async () => {
      return (await listRemains(stack)).length === 0;
    });
  });

  test('exits with 130 at once when it is interrupted while it starts', async () => {
    const stack = await stackUp();
    await eventually('a server starts', async () => (await listProcesses(stack.temporary)).length > 0);
    stack.child.kill('SIGINT');
    expect(await stack.exited).toBe(130);
    await eventually('no process and no temporary folder is left', async () => {
      return (await listRemains(stack)).length === 0;
    });
  });

  test('exits with 0 when a service manager ends it, which is no failure', async () => {
    const stack = await stackUp(['--only', 'postgres']);
    await awaitAddresses(stack);
    stack.child.kill('SIGTERM');
    expect(await stack.exited).toBe(0);
  });

  test('uses the servers that the environment names as they are, and leaves them running', async () => {
    const { PGFERRY_POSTGRES_URL, PGFERRY_ELASTICSEARCH_URL, TEMPORAL_ADDRESS } = process.env as Record<string, string>;
    const given = { PGFERRY_POSTGRES_URL, PGFERRY_ELASTICSEARCH_URL, TEMPORAL_ADDRESS } as Record<string, string>;
    const stack = await stackUp([], given);
    const addresses = await awaitAddresses(stack);
    expect(addresses).toEqual({
      postgres: { url: PGFERRY_POSTGRES_URL },
      elasticsearch: { url: PGFERRY_ELASTICSEARCH_URL },
      temporal: { address: TEMPORAL_ADDRESS },
    });
    expect(await listRemains(stack)).toEqual([]);
    stack.child.kill('SIGTERM');
    await stack.exited;
    expect(await checkServers(addresses)).toEqual({ postgres: true, elasticsearch: true, temporal: true });
  });

  test('says which variable names a server that does not answer', async () => {
    const stack = await stackUp([], { PGFERRY_ELASTICSEARCH_URL: 'http://127.0.0.1:1' });
    expect(await stack.exited).toBe(1);
    expect(stack.stderr()).toContain('PGFERRY_ELASTICSEARCH_URL');
    expect(JSON.parse(stack.stdout())).toMatchObject({ error: { type: 'LocalStack' } });
  });

  test('starts only the servers that are asked for', async () => {
    const stack = await stackUp(['--only', 'temporal']);
    expect(Object.keys(await awaitAddresses(stack))).toEqual(['temporal']);
  });

  test('takes an unknown server for a mistake in usage', async () => {
    const stack = await stackUp(['--only', 'mysql']);
    expect(await stack.exited).toBe(2);
    expect(stack.stderr()).toContain('postgres, elasticsearch, temporal');
  });
});
