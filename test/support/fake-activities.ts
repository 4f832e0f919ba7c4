import type { SyncActivities } from '../../src/activities/contract/sync-activities';
import { emptyReport } from '../../src/sync/report';
import type { PlannedRelation, SyncPlan } from '../../src/sync/sync-plan';

/** A plan over ordinary tables of one block each. */
export function planOf(connectorId: string, tables: readonly string[], blocks = 1): SyncPlan {
  return {
    job: {
      connectorId,
      jobType: 'full',
      jobId: 'job',
      definition: 'd',
      startedAt: '2026-01-01T00:00:00.000Z',
      watermark: '700',
      version: 1,
      index: 'shop',
      concreteIndex: 'shop-1',
      behindAlias: true,
      newIndex: true,
      rebuild: false,
    },
    relations: tables.map((name, index) => plannedTable(name, index + 1, blocks)),
    skipped: [],
    dropped: [],
  };
}

export function plannedTable(name: string, oid: number, blocks = 1): PlannedRelation {
  return { name, oid, definition: 'd', rows: 10, leaves: [[oid, oid, blocks, 1]] };
}

/** Activities of a sync in which every relation holds ten rows and everything goes well; replace those of interest. */
export function fakeActivities(plan: SyncPlan, replaced: Partial<SyncActivities> = {}): SyncActivities {
  const all: SyncActivities = {
    validateConnector: () =>
      Promise.resolve({ definition: 'd', concurrency: 2, maxDeleteRatio: 0.5, maxRejected: 1_000 }),
    lookForChanges: async ({ connectorId, ...request }) => {
      const facts = await all.validateConnector({ connectorId });
      return { facts, plan: await all.planSync({ ...request, connectorId, definition: facts.definition }) };
    },
    planSync: () => Promise.resolve(plan),
    prepareIndex: () => Promise.resolve({ failed: [] }),
    refuseSharedKeys: () => Promise.resolve({ reports: [], changed: [] }),
    copyPartitions: ({ task }) => {
      const reports = task.map(({ relation }) => ({ ...emptyReport(relation), read: 10, indexed: 10 }));
      return Promise.resolve({
        finished: true,
        checkpoint: { partition: task.length, block: 0, reports, changed: [] },
      });
    },
    catchUpRelations: () => Promise.resolve({ reports: [], changed: [] }),
    replanRelations: ({ relations }) => Promise.resolve(plan.relations.filter(({ name }) => relations.includes(name))),
    retryRejected: () => Promise.resolve([]),
    surveyRelations: ({ relations }) =>
      Promise.resolve({
        relations: relations.map(({ name }) => ({
          relation: name,
          documents: 10,
          rows: 10,
          rejected: 0,
          differing: [],
        })),
        orphans: [],
      }),
    compareIds: ({ parts }) =>
      Promise.resolve(parts.map(({ relation }) => ({ stale: 0, report: emptyReport(relation) }))),
    deleteStaleDocuments: ({ parts }) => Promise.resolve(parts.map(({ relation }) => emptyReport(relation))),
    finishSync: () => Promise.resolve(null),
    finishIndices: () => Promise.resolve([]),
    restoreIndex: () => Promise.resolve(undefined),
    ...replaced,
  };
  return all;
}
