import { ApplicationFailure } from '@temporalio/client';

import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { emptyReport } from '../../src/sync/report';
import { eventually } from '../support/eventually';
import { planOf } from '../support/fake-activities';
import { createPatientCopy, record, type RecordedRun } from './recorder';

const TABLES = ['public.city', 'public.country'];

/** More blocks than a task takes, so that each is a task of its own. */
const LARGE = 20_000;

/** Every way through the workflows, by name: each is recorded to its end. */
export const SCENARIOS: Readonly<Record<string, () => Promise<RecordedRun[]>>> = {
  'full-in-rounds': () =>
    record(TABLES, { catchUpRelations: changeTwice, surveyRelations: findStale, compareIds: countStale }, ({ start }) =>
      start(),
    ),
  incremental: () => record(TABLES, {}, ({ start }) => start('incremental')),
  'paused-and-resumed': () => {
    const { begun, copy } = createPatientCopy();
    return record(TABLES, { copyPartitions: copy }, async ({ start }) => {
      const handle = await start();
      await begun;
      await handle.signal('pause');
      await eventually(
        'it is paused',
        async () => ((await handle.describe()).raw.pendingActivities ?? []).length === 0,
      );
      await handle.signal('resume');
      return handle;
    });
  },
  cancelled: () => {
    const { begun, copy } = createPatientCopy();
    return record(TABLES, { copyPartitions: copy }, async ({ start }) => {
      const handle = await start();
      await begun;
      await handle.cancel();
      return handle;
    });
  },
  failed: () =>
    record(
      TABLES,
      { catchUpRelations: () => Promise.reject(ApplicationFailure.nonRetryable('no grant', 'SourcePermission')) },
      ({ start }) => start(),
    ),
  'planned-anew': () => {
    let isFirst = true;
    const prepareIndex = () => {
      const isGone = isFirst;
      isFirst = false;
      return isGone
        ? Promise.reject(ApplicationFailure.nonRetryable('nobody has this definition', 'ConfigChanged'))
        : Promise.resolve(null);
    };
    return record(TABLES, { prepareIndex }, ({ start }) => start());
  },
  'wrong-input': () => record(TABLES, {}, ({ worker }) => worker.start({ connectorId: '', jobType: 'full' }, 'sync-')),
  'continued-as-new': () => {
    const tables = Array.from({ length: 9 }, (_, index) => `public.t${index}`);
    return record(
      (connectorId) => planOf(connectorId, tables, LARGE),
      {},
      ({ start }) => start(),
    );
  },
  scheduled: () => record(TABLES, {}, ({ schedule }) => schedule('full', 60_000)),
  'scheduled-waiting': () => {
    const { begun, copy } = createPatientCopy();
    return record(TABLES, { copyPartitions: copy }, async ({ start, schedule }) => {
      const running = await start();
      await begun;
      const waiting = await schedule('full', 60_000);
      await eventually('it waits', async () => {
        const { events } = await waiting.fetchHistory();
        return (events ?? []).some((event) => event.timerStartedEventAttributes != null);
      });
      await running.signal('pause');
      await running.signal('resume');
      await running.result();
      return waiting;
    });
  },
  'scheduled-skipped': () => {
    const { begun, copy } = createPatientCopy();
    return record(TABLES, { copyPartitions: copy }, async ({ start, schedule }) => {
      const running = await start();
      await begun;
      const skipped = await schedule('incremental', 0);
      await skipped.result();
      await running.cancel();
      return skipped;
    });
  },
};

const changeTwice: SyncActivities['catchUpRelations'] = ({ relations, round }) =>
  Promise.resolve({ reports: [], changed: round < 2 ? relations.slice(0, 1).map(({ name }) => name) : [] });

const findStale: SyncActivities['surveyRelations'] = ({ relations, known }) =>
  Promise.resolve({
    relations: relations.map(({ name }) => ({
      relation: name,
      documents: 12,
      rows: 10,
      rejected: 0,
      differing: [{ from: 0, to: 1_024 }],
    })),
    orphans: known === undefined ? [] : [{ relation: 'public.gone', documents: 3 }],
  });

const countStale: SyncActivities['compareIds'] = ({ parts }) =>
  Promise.resolve(parts.map(({ relation }) => ({ stale: 2, report: emptyReport(relation) })));
