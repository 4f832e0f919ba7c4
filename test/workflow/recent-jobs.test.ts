import { randomUUID } from 'node:crypto';

import { listJobs } from '../../src/jobs/list-jobs';
import { createRecentJobs } from '../../src/jobs/recent-jobs';
import { eventually } from '../support/eventually';
import { type QuickSyncs, startQuickSyncs } from '../support/quick-syncs';

/** Of the syncs below, a look that reads so few finds those of `busy` alone. */
const FIRST_LOOK = { most: 3, backMs: 3_600_000 };

let syncs: QuickSyncs;
const [quiet, failing, busy, unknown] = ['quiet', 'failing', 'busy', 'unknown'].map(
  (id) => `${id}-${randomUUID()}`,
) as [string, string, string, string];

beforeAll(async () => {
  syncs = await startQuickSyncs();
  await syncs.run(quiet);
  await syncs.run(failing);
  for (let count = 0; count < 23; count += 1) await syncs.run(failing, true);
  for (let count = 0; count < 4; count += 1) await syncs.run(busy);
  const { client, taskQueue } = syncs;
  await eventually('all are listed', async () => (await listJobs(client, { taskQueue, limit: 100 })).length === 29);
});
afterAll(() => syncs.close());

const statesOf = (recent: ReturnType<typeof createRecentJobs>, id: string) => recent.of(id).map(({ status }) => status);

test('jobs that the first look does not reach are found by the names of their connectors', async () => {
  const recent = createRecentJobs(syncs.client, syncs.taskQueue, FIRST_LOOK);
  await recent.refresh();
  expect([quiet, failing, busy].map((id) => recent.of(id).length)).toEqual([0, 0, 3]);
  await recent.refresh([quiet, failing, unknown]);
  expect(statesOf(recent, quiet)).toEqual(['completed']);
  expect(recent.of(unknown)).toEqual([]);
});

test('of a connector that fails again and again the last sync that completed stays known', async () => {
  const recent = createRecentJobs(syncs.client, syncs.taskQueue, FIRST_LOOK);
  await recent.refresh([failing]);
  expect(statesOf(recent, failing)).toEqual(['completed', ...Array<string>(20).fill('failed')]);
  const all = createRecentJobs(syncs.client, syncs.taskQueue);
  await all.refresh();
  expect(statesOf(all, failing)).toEqual(statesOf(recent, failing));
});
