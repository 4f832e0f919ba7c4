import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { createPatientCopy } from '../replay/recorder';
import { eventually } from '../support/eventually';
import { fakeActivities, planOf } from '../support/fake-activities';
import { startTestWorker, type TestWorker } from '../support/temporal';

const workers: TestWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

type Handle = Awaited<ReturnType<TestWorker['start']>>;

async function startSync(replaced: Partial<SyncActivities> = {}): Promise<Handle> {
  const connectorId = randomUUID();
  const worker = await startTestWorker(fakeActivities(planOf(connectorId, ['public.a', 'public.b']), replaced));
  workers.push(worker);
  return worker.start({ connectorId, jobType: 'full' });
}

/** What its page User Metadata asks the workflow for. */
async function detailsOf(handle: Handle): Promise<string> {
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return currentDetails;
}

/** The summary of each activity in the order of the timeline. */
async function summariesOf(handle: Handle): Promise<readonly string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: activity, userMetadata }) =>
    activity == null ? [] : [`${activity.activityType?.name ?? ''}: ${readText(userMetadata?.summary)}`],
  );
}

function readText(payload: Payload | null | undefined): string {
  return payload == null ? '' : defaultPayloadConverter.fromPayload<string>(payload);
}

describe('the Temporal UI shows of a sync', () => {
  test('a table of its relations while it runs, and what each step works on', async () => {
    const { begun, copy } = createPatientCopy();
    const handle = await startSync({ copyPartitions: copy });
    await begun;
    expect(await detailsOf(handle)).toMatch(/^\*\*copy\*\*, 0 %$/mu);
    await handle.signal('pause');
    await eventually('it says that it is paused', async () => (await detailsOf(handle)).includes('% (paused)'));
    await handle.signal('resume');
    const { connectorId } = await handle.result();
    expect(await detailsOf(handle)).toMatch(
      /^\*\*completed\*\*\n\n\| relation .*\n\|---.*\n\| public\.a \|.*\n\| public\.b \|/u,
    );
    expect(await summariesOf(handle)).toEqual(
      expect.arrayContaining([
        `validateConnector: servers of ${connectorId}`,
        `planSync: full sync of ${connectorId}`,
        'prepareIndex: index shop',
        'copyPartitions: public.a and 1 more relation',
        'catchUpRelations: public.a and 1 more relation',
        'finishSync: index shop',
      ]),
    );
  });

  test('its kind and totals in the memo', async () => {
    const handle = await startSync();
    const { connectorId, durationMs } = await handle.result();
    const totals = { indexed: 20, unchanged: 0, deleted: 0, rejected: 0, durationMs };
    expect((await handle.describe()).memo).toEqual({
      ...{ connectorId, jobType: 'full', trigger: 'manual', index: 'shop', definition: 'd' },
      ...totals,
    });
  });

  test('why it failed, with the remedy, and how far it got', async () => {
    const handle = await startSync({
      catchUpRelations: () => Promise.reject(ApplicationFailure.nonRetryable('no grant', 'SourcePermission')),
    });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/^no grant → Grant/u) as string },
    });
    expect(await detailsOf(handle)).toMatch(
      /^\*\*SourcePermission: no grant → Grant .*\*\*\n\nIt got as far as: catch up/u,
    );
  });
});
