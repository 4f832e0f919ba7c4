import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startAtFreePorts } from '../../../../src/stack/processes/start-at-free-ports';
import { takeLock } from '../../../../src/stack/processes/with-lock';
import { SyncFailure } from '../../../../src/sync/failures';

/** No system gives out process ids as high as that. */
const GONE = 2 ** 30;
const TAKEN = new SyncFailure('LocalStack', 'Temporal ended: bind: address already in use');

let locks: string;
beforeEach(async () => {
  locks = await mkdtemp(join(tmpdir(), 'ports-'));
});
afterEach(() => rm(locks, { recursive: true }));

test('ports of servers that start at the same time all differ, and are held until each has started', async () => {
  const starts = await Promise.all(
    Array.from({ length: 20 }, () =>
      startAtFreePorts(
        [undefined, undefined, undefined],
        async (ports) => ({ ports, held: await readdir(locks) }),
        locks,
      ),
    ),
  );
  for (const { ports, held } of starts) expect(held).toEqual(expect.arrayContaining(ports.map(String)));
  expect(new Set(starts.flatMap(({ ports }) => ports)).size).toBe(60);
  expect(await readdir(locks)).toEqual([]);
});

test('a server that finds a port taken starts again at others, where the caller named none', async () => {
  const tried: number[] = [];
  const start = ([port]: readonly [number, number]) => {
    tried.push(port);
    return tried.length < 3 ? Promise.reject(TAKEN) : Promise.resolve('started');
  };
  expect(await startAtFreePorts([undefined, undefined], start, locks)).toBe('started');
  expect(new Set(tried).size).toBe(3);

  const named = jest.fn(() => Promise.reject(TAKEN));
  await expect(startAtFreePorts([4_711], named, locks)).rejects.toThrow('already in use');
  expect(named).toHaveBeenCalledTimes(1);
});

test('another failure is no reason to start again', async () => {
  const start = jest.fn(() => Promise.reject(new SyncFailure('LocalStack', 'no memory')));
  await expect(startAtFreePorts([undefined], start, locks)).rejects.toThrow('no memory');
  expect(start).toHaveBeenCalledTimes(1);
  expect(await readdir(locks)).toEqual([]);
});

test('a lock of a process that is gone holds no port, one of a process that runs does', async () => {
  await writeFile(join(locks, '20001'), String(GONE));
  await writeFile(join(locks, '20002'), String(process.ppid));
  expect(await takeLock(join(locks, '20001'))).toBe(true);
  expect(await takeLock(join(locks, '20001'))).toBe(false);
  expect(await takeLock(join(locks, '20002'))).toBe(false);
});
