import { Client, Connection } from '@temporalio/client';

import { readState } from '../../src/elasticsearch/index/state-store';
import { countDifferences } from '../../src/verify/verification';
import { readJson } from '../support/command-line';
import { connectElasticsearch } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { createSyncedConnector, type SyncedConnector } from '../support/synced-connector';
import { temporalAddress } from '../support/temporal-address';

/** Events of a sync that finds nothing to do, all runs of its start counted. */
const MOST_EVENTS = 15;
/** The schedule of the tests never fires by itself. */
const SCHEDULING = { incremental: { enabled: true, interval: '@every 240h' } };

const elasticsearch = connectElasticsearch();
let temporal: Client;
let synced: SyncedConnector;

beforeAll(async () => {
  temporal = new Client({ connection: await Connection.connect({ address: temporalAddress() }) });
});
afterAll(async () => {
  await temporal.connection.close();
  await elasticsearch.close();
});

beforeEach(async () => {
  synced = await createSyncedConnector({ scheduling: SCHEDULING });
  const { database } = synced;
  await database.sql('create table item (id int primary key, v text)');
  await database.sql(`insert into item select i, 'v' || i from generate_series(1, 100) as i`);
  expect(await synced.sync()).toMatchObject({ status: 'completed', indexed: 100 });
});
afterEach(async () => {
  await synced.run('schedule', 'delete', '--all');
  await synced.close();
});

interface Ran {
  readonly events: number;
  readonly activities: readonly string[];
}

/** What the history of a workflow's run holds. */
async function readRun(workflowId: string, runId?: string): Promise<Ran> {
  const { events = [] } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
  const started = events?.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled ?? []) ?? [];
  return { events: events?.length ?? 0, activities: started.map(({ activityType }) => activityType?.name ?? '') };
}

const lastRun = () => readRun(`sync-${synced.connector.connector_id}`);

describe('an incremental sync of a database where nothing happened', () => {
  test('is one activity and a short history, and reports as any other', async () => {
    const report = await synced.sync('--incremental');
    expect(report).toMatchObject({ status: 'completed', indexed: 0, unchanged: 100, deleted: 0, rejected: 0 });
    expect(report.relations).toMatchObject([{ relation: 'public.item', read: 100, unchanged: 100 }]);
    const { events, activities } = await lastRun();
    expect(activities).toEqual(['lookForChanges']);
    expect(events).toBeLessThanOrEqual(MOST_EVENTS);
  });

  test('writes nothing at all', async () => {
    const { index_name: index } = synced.connector;
    const state = await readState(elasticsearch, index);
    await synced.sync('--incremental');
    expect(await readState(elasticsearch, index)).toEqual(state);
    expect(countDifferences(await synced.verify())).toBe(0);
  });

  test('also where others write to the same database', async () => {
    await synced.database.sql('create schema other; create table other.t (id int); insert into other.t values (1)');
    await synced.sync('--incremental');
    expect((await lastRun()).activities).toEqual(['lookForChanges']);
  });
});

describe('a schedule of incremental syncs', () => {
  /** Starts what the schedule starts, and waits for its end. */
  async function fire(): Promise<{ readonly workflowId: string; readonly runId: string }> {
    const { ask, connector } = synced;
    const id = connector.connector_id;
    expect(await ask('schedule', 'apply')).toMatchObject({ code: 0 });
    expect(await ask('schedule', 'trigger', id, '--incremental')).toMatchObject({ code: 0 });
    const handle = temporal.schedule.getHandle(`pgferry-${id}-incremental`);
    const actions = async () => (await handle.describe()).info.recentActions;
    await eventually('it has started', async () => (await actions()).length > 0);
    const [started] = await actions();
    const { workflowId, firstExecutionRunId: runId } = started?.action.workflow ?? {
      workflowId: '',
      firstExecutionRunId: '',
    };
    await temporal.workflow.getHandle(workflowId, runId).result();
    return { workflowId, runId };
  }

  test('that finds nothing starts no sync of its own, and is a job all the same', async () => {
    const before = await lastRun();
    const { workflowId, runId } = await fire();
    const { events, activities } = await readRun(workflowId, runId);
    expect(activities).toEqual(['lookForChanges']);
    expect(events).toBeLessThanOrEqual(MOST_EVENTS);
    expect(await lastRun()).toEqual(before);

    const { ask, connector } = synced;
    const id = connector.connector_id;
    await eventually('it is listed', async () => {
      const { jobs } = readJson<{ jobs: readonly { run_id: string }[] }>(await ask('jobs', 'list', '--json'));
      return jobs[0]?.run_id === runId && jobs.length === 2;
    });
    for (const which of [[], ['--run', runId]]) {
      const shown = readJson(await ask('jobs', 'show', id, ...which, '--json'));
      expect(shown).toMatchObject({
        run_id: runId,
        trigger: 'schedule',
        status: 'completed',
        relations: [{ unchanged: 100 }],
      });
    }
  });

  test('that finds a change starts a sync', async () => {
    await synced.database.sql(`update item set v = 'new' where id = 7`);
    const { workflowId, runId } = await fire();
    expect(await temporal.workflow.getHandle(workflowId, runId).result()).toMatchObject({ indexed: 1, unchanged: 99 });
    expect(countDifferences(await synced.verify())).toBe(0);
  });
});
