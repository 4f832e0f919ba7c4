import type { OpenConnector } from '../../../../src/activities/connector/connector-registry';
import { lookForChanges, type PlannedLook } from '../../../../src/activities/look/look-for-changes';
import { SyncFailure } from '../../../../src/sync/failures';
import type { PlannedRelation, SyncPlan } from '../../../../src/sync/sync-plan';
import { plannedTable, planOf } from '../../../support/fake-activities';

/** A connector whose servers must not be asked. */
const UNASKED = new Proxy({} as OpenConnector, {
  get: (_, name) => {
    throw new Error(`asked for ${String(name)}`);
  },
});

const SINCE = 700;

/** A table that was synced before. */
const synced = (name: string, oid: number, blocks = 1): PlannedRelation => ({
  ...plannedTable(name, oid),
  since: String(SINCE),
  leaves: [[oid, oid, blocks, 0]],
});

/** What is another way than where a sync may have nothing to do. */
interface Changes {
  readonly job?: Partial<SyncPlan['job']>;
  readonly relation?: PlannedRelation;
  readonly plan?: Partial<SyncPlan>;
  readonly restore?: Readonly<Record<string, string>>;
  readonly differences?: PlannedLook['differences'];
}

function look({ job, relation = synced('public.b', 2), plan, restore, differences = [] }: Changes) {
  const planned = planOf('shop', []);
  const described: PlannedLook = {
    plan: {
      ...planned,
      job: { ...planned.job, jobType: 'incremental', newIndex: false, ...job },
      relations: [synced('public.a', 1), relation],
      ...plan,
    },
    relations: [],
    differences,
    index: { state: { connectors: {}, ...(restore === undefined ? {} : { restore }) } },
  };
  return lookForChanges(UNASKED, described, { signal: new AbortController().signal });
}

test('a look asks both servers where a sync may have nothing to do', async () => {
  await expect(look({})).rejects.toThrow(/asked for/u);
});

const CASES: Readonly<Record<string, Changes>> = {
  'it is a full one': { job: { jobType: 'full' } },
  'an ingest pipeline works on the index': { job: { pipelines: { names: ['clean'], digest: 'd' } } },
  'documents of another connector are to be replaced': { job: { adopt: true } },
  'a relation can’t be read': {
    plan: { failed: [{ relation: 'public.c', failure: new SyncFailure('SourcePermission', 'denied') }] },
  },
  'settings of a sync that was broken off are to be put back': { restore: { 'index.refresh_interval': '1s' } },
  'the index is to be adapted to the file': {
    differences: [{ name: 'field title analyzer', wanted: 'english', isFixed: false }],
  },
  'a relation was never synced, or is another than it was': { relation: plannedTable('public.b', 2) },
  'a leaf was rewritten, or is new': { relation: { ...synced('public.b', 2), leaves: [[2, 3, 1, 1]] } },
  'the tables are so large that they are better read in parts': { relation: synced('public.b', 2, 131_072) },
  'the moment since which rows are read has grown old': { job: { watermark: String(SINCE + 1_000_001) } },
};

test.each(Object.entries(CASES))('a sync takes all steps where %s', async (_, changes) => {
  expect(await look(changes)).toBeUndefined();
});
