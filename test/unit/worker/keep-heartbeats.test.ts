import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { keepHeartbeats, readKept } from '../../../src/worker/keep-heartbeats';
import { eventually } from '../../support/eventually';

const activity = { workflowId: 'sync-shop', runId: randomUUID(), activityId: '7' };
const other = { ...activity, activityId: '8' };
const failures: unknown[] = [];
const onFailure = (error: unknown) => failures.push(error);
let folder: string;

beforeEach(() => {
  failures.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('what a worker that was killed had said last is found by its identity, and by the activity', async () => {
  const worker = `1@host#${randomUUID()} /etc/pgferry.yml`;
  const kept = keepHeartbeats(worker, onFailure, folder);
  kept.keep(other, { done: 1 });
  kept.keep(activity, { done: 1 });
  kept.keep(activity, { done: 2 });
  kept.keep(other);
  await eventually('it is written', () => readKept(worker, folder)(activity) !== undefined);
  expect(readKept(worker, folder)(activity)).toEqual({ done: 2 });
  expect(readKept(worker, folder)(other)).toBeUndefined();
  expect(readKept(`${worker} of somebody else`, folder)(activity)).toBeUndefined();
  kept.close();
  expect(readKept(worker, folder)(activity)).toBeUndefined();
  expect(failures).toEqual([]);
});

test('nobody else can read it, nor is a folder believed that others may write', async () => {
  const kept = keepHeartbeats('a', onFailure, folder);
  kept.keep(activity, { done: 1 });
  await eventually('it is written', () => readKept('a', folder)(activity) !== undefined);
  const own = join(folder, `pgferry-${process.getuid?.() ?? 'user'}`);
  expect(statSync(own).mode & 0o777).toBe(0o700);
  chmodSync(own, 0o777);
  expect(readKept('a', folder)(activity)).toBeUndefined();
  keepHeartbeats('b', onFailure, folder).keep(activity, { done: 1 });
  expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining(own) as string })]);
  kept.close();
});

test('where there is no room for it, that is said once, and work goes on', () => {
  const kept = keepHeartbeats('a', onFailure, join(folder, '\0'));
  kept.keep(activity, { done: 1 });
  kept.close();
  expect(failures).toHaveLength(1);
});
