import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';

import type { RunningCommand } from '../support/command-line';
import { type Actions, addActions, countActions, NO_ACTIONS, sumActions } from '../support/count-actions';
import { createFollowedConnector, type FollowedConnector } from '../support/followed-connector';
import { monitoringUrl, scrape } from '../support/scrape';
import { temporalAddress } from '../support/temporal-address';

/**
 * Temporal Cloud bills actions: https://docs.temporal.io/cloud/actions. More of them than here is a dearer product; docs/performance.md
 * has the figures of larger tables.
 */
const MOST_ACTIONS = {
  'a first full sync': 12,
  'an incremental sync that finds nothing': 4,
  'one that finds changes': 11,
};
const HEARTBEAT_SECONDS = 3;

let temporal: Client;
let followed: FollowedConnector;
let worker: RunningCommand;
let counted: Actions = NO_ACTIONS;

beforeAll(async () => {
  temporal = new Client({ connection: await Connection.connect({ address: temporalAddress() }) });
  followed = await createFollowedConnector({ monitoring: { address: '127.0.0.1:0' } });
  await followed.sql(`
    create table item (id int primary key, v text);
    insert into item select i, 'v' || i from generate_series(1, 1000) as i;
    create publication pgferry_test for table item`);
  worker = await followed.startWorker();
});
afterAll(async () => {
  await followed.close();
  await temporal.connection.close();
});

/** Actions of all that the connector ever started. */
async function countAll(): Promise<Actions> {
  const id = followed.connector.connector_id;
  let actions = NO_ACTIONS;
  for (const workflow of [`sync-${id}`, `follow-${id}`])
    for await (const { workflowId, runId } of temporal.workflow.list({ query: `WorkflowId = '${workflow}'` })) {
      const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
      actions = addActions(actions, countActions(events ?? []));
    }
  return actions;
}

/** Actions since the last call. */
async function countNew(): Promise<number> {
  const before = counted;
  counted = await countAll();
  return sumActions(counted) - sumActions(before);
}

test.each([
  ['a first full sync', '', ['sync']],
  ['an incremental sync that finds nothing', '', ['sync', '--incremental']],
  ['one that finds changes', 'update item set v = null where id % 100 = 7', ['sync', '--incremental']],
] as const)('%s costs no more actions than it did', async (what, changes, command) => {
  await followed.sql(changes);
  expect((await followed.run(...command)).code).toBe(0);
  const actions = await countNew();
  expect(actions).toBeGreaterThan(0);
  expect(actions).toBeLessThanOrEqual(MOST_ACTIONS[what]);
});

test('a stream without changes costs its heartbeats, one every three seconds for each of its activities', async () => {
  expect((await followed.run('follow')).code).toBe(0);
  await followed.untilFollowing();
  await countNew();
  const heartbeats = async () => {
    const series = await scrape(await monitoringUrl(worker));
    const sent = [...series].filter(([name]) => /^temporal_request_total\{.*RecordActivityTaskHeartbeat/u.test(name));
    return sent.reduce((sum, [, count]) => sum + count, 0);
  };
  const before = await heartbeats();
  const seconds = 15;
  // The time is what is measured.
  await sleep(seconds * 1_000);
  const sent = (await heartbeats()) - before;
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThanOrEqual(Math.ceil(seconds / HEARTBEAT_SECONDS) + 1);
  expect(await countNew()).toBe(0);
});
