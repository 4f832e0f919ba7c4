import type { ComparedPart, SurveyedRelation } from '../activities/contract/activity-inputs';
import type { Comparison, RelationSurvey, Survey } from '../activities/contract/activity-results';
import { ALL_BUCKETS, IDS_PER_PART, shareBuckets } from '../sync/bucket-ranges';
import { emptyReport } from '../sync/report';
import type { PlannedRelation, SyncJob } from '../sync/sync-plan';
import type { ActivityProxies } from './activity-policies';
import { refuseMassDeletion } from './refuse-mass-deletion';
import { cutList } from './run-concurrently';
import { runConcurrently } from './run-concurrently';
import { summarizeNames, summarizeParts } from './summaries';
import { failedRelations, hasFailed, recordFailed, recordReports, soundRelations, type SyncRun } from './sync-run';

/** Relations that one activity counts. */
const RELATIONS_PER_SURVEY = 100;
/** Small parts share an activity, since each costs Temporal some 6 events and 10 ms. */
const PARTS_PER_ACTIVITY = 100;

/**
 * Step 6: compares ids both ways, indexes rows that are missing, deletes stale documents. Only of relations that were
 * read completely; documents of no relation go only when all were, since they may be those of one that can't be read
 * under its name. Nothing is deleted before the guard has seen all that would be.
 */
export async function reconcile(run: SyncRun, activities: ActivityProxies): Promise<void> {
  const survey = await surveyRelations(run, activities);
  recordFailed(run, survey.failed ?? []);
  if (survey.foreign !== undefined) run.foreign = survey.foreign;
  const compared = await compareRelations(run, activities, survey);
  const stale = [...compared.stale, ...summedParts(run, survey), ...outlivedParts(run, survey, compared.found)];
  const found = deletable(run, stale);
  refuseMassDeletion(
    run,
    survey,
    found.map(({ part, ids }) => ({ relation: part.relation, documents: ids })),
  );
  await runConcurrently(shareActivities(found), run.facts.concurrency, async (shared) => {
    const parts = shared.map(({ part }) => part);
    const summary = `${sum(shared.map(({ ids }) => ids))} of ${summarizeParts(parts)}`;
    const input = { job: run.plan.job, parts, round: run.round };
    recordReports(run, await activities.data.deleteStaleDocuments.executeWithOptions({ summary }, [input]));
  });
  recordUnchanged(run, survey.relations, compared.found);
}

/** A part, and how many ids an activity has to do with it. */
interface SizedPart {
  readonly part: ComparedPart;
  readonly ids: number;
}

/** Groups parts, in their order, that are small enough to share an activity. */
function shareActivities(parts: readonly SizedPart[]): SizedPart[][] {
  const groups: SizedPart[][] = [];
  let ids = Infinity;
  for (const part of parts) {
    const last = groups.at(-1);
    ids += part.ids;
    if (last !== undefined && last.length < PARTS_PER_ACTIVITY && ids <= IDS_PER_PART) {
      last.push(part);
      continue;
    }
    groups.push([part]);
    ids = part.ids;
  }
  return groups;
}

async function surveyRelations(run: SyncRun, activities: ActivityProxies): Promise<Survey> {
  const known = run.plan.relations.map(({ name }) => name);
  const batches = cutList(
    soundRelations(run).map((planned) => surveyed(planned, run.plan.job)),
    RELATIONS_PER_SURVEY,
  );
  // The last one looks for documents of no relation, too: it is there also where there are no relations.
  const last = batches.pop() ?? [];
  const surveys: Survey[] = [];
  const inputs = [
    ...batches.map((relations) => ({ job: run.plan.job, round: run.round, relations })),
    { job: run.plan.job, round: run.round, relations: last, known },
  ];
  await runConcurrently(inputs, run.facts.concurrency, async (input) => {
    const summary = summarizeNames(input.relations.map(({ name }) => name));
    surveys.push(await activities.data.surveyRelations.executeWithOptions({ summary }, [input]));
  });
  const foreign = surveys.find((survey) => survey.foreign !== undefined)?.foreign;
  return {
    relations: surveys.flatMap(({ relations }) => relations),
    orphans: surveys.flatMap(({ orphans }) => orphans),
    failed: surveys.flatMap(({ failed = [] }) => failed),
    strays: surveys.flatMap(({ strays = [] }) => strays),
    ...(foreign === undefined ? {} : { foreign }),
  };
}

/** Documents that a sync has copied have the rows of other tables that there were at its beginning, or later. */
function surveyed({ name, oid, tree, since, unseen }: PlannedRelation, job: SyncJob): SurveyedRelation {
  if (tree !== true) return { name, oid };
  const { watermark, ...of } = since === undefined ? job : { watermark: since, unseen };
  return { name, oid, rowsSince: { watermark, ...(of.unseen === undefined ? {} : { unseen: of.unseen }) } };
}

async function compareRelations(run: SyncRun, activities: ActivityProxies, survey: Survey): Promise<ComparedParts> {
  const orphans = survey.orphans.map(({ relation, documents }) => ({
    part: { relation, buckets: [ALL_BUCKETS] },
    ids: documents,
  }));
  // Strays look missing, too: those that the comparison wrote again are passed over.
  const parts = [...orphans, ...cutParts(run, survey), ...cutStrays(run, survey)];
  const compared = await compareParts(run, activities, parts);
  const isMisplaced = compared.found.some(({ misplaced }) => misplaced === true);
  if (!isMisplaced || survey.foreign !== undefined) return compared;
  const again = await surveyIds(run, activities);
  const others = await compareParts(run, activities, cutStrays(run, again));
  return { stale: [...compared.stale, ...others.stale], found: [...compared.found, ...others.found] };
}

/** Looks at all ids: documents that are one relation's by their ids were met among those of another. */
async function surveyIds(run: SyncRun, activities: ActivityProxies): Promise<Survey> {
  const known = run.plan.relations.map(({ name }) => name);
  const input = { job: run.plan.job, relations: [], known, allIds: true } as const;
  const survey = await activities.data.surveyRelations.executeWithOptions({ summary: 'all ids' }, [input]);
  if (survey.foreign !== undefined) run.foreign = survey.foreign;
  return survey;
}

/** What comparing parts found. */
interface ComparedParts {
  /** Parts with stale documents; `ids` are those. */
  readonly stale: readonly SizedPart[];
  readonly found: readonly Comparison[];
}

/** All documents of a relation that is no longer synced are stale; those of others are compared with the rows. */
async function compareParts(
  run: SyncRun,
  activities: ActivityProxies,
  sized: readonly SizedPart[],
): Promise<ComparedParts> {
  const isUnknown = ({ part }: SizedPart) => part.oid === undefined;
  const stale = sized.filter(isUnknown);
  const found: Comparison[] = [];
  const compared = shareActivities(sized.filter((part) => !isUnknown(part)));
  await runConcurrently(compared, run.facts.concurrency, async (shared) => {
    const parts = shared.map(({ part }) => part);
    const input = { job: run.plan.job, parts, round: run.round };
    const summary = summarizeParts(parts);
    const comparisons = await activities.data.compareIds.executeWithOptions({ summary }, [input]);
    found.push(...comparisons);
    const reports = comparisons.map(({ report }) => report);
    recordReports(run, reports);
    stale.push(...parts.map((part, at) => ({ part, ids: comparisons[at]?.stale ?? 0 })).filter(({ ids }) => ids > 0));
  });
  return { stale, found };
}

/** Parts of the relations whose documents are not those of their rows. */
function cutParts({ plan }: SyncRun, { relations }: Survey): SizedPart[] {
  const oids = new Map(plan.relations.map(({ name, oid }) => [name, oid]));
  return relations.flatMap(({ relation, documents, rows, differing }) => {
    const oid = oids.get(relation);
    return shareBuckets(differing, Math.max(documents, rows), IDS_PER_PART).map(({ buckets, ids }) => ({
      part: { relation, ...(oid === undefined ? {} : { oid }), buckets },
      ids,
    }));
  });
}

/** Documents that sums told to be stale, so that nothing had to be compared. */
function summedParts({ plan }: SyncRun, { relations }: Survey): SizedPart[] {
  const oids = new Map(plan.relations.map(({ name, oid }) => [name, oid]));
  return relations.flatMap(({ relation, stale }) => {
    const oid = oids.get(relation);
    if (stale === undefined || oid === undefined) return [];
    return [{ part: { relation, oid, buckets: stale.buckets }, ids: stale.documents }];
  });
}

/** Documents whose fields don't tell whose they are. */
function cutStrays({ plan }: SyncRun, { strays = [] }: Survey): SizedPart[] {
  const oids = new Map(plan.relations.map(({ name, oid }) => [name, oid]));
  return strays.map(({ relation, documents }) => {
    const oid = oids.get(relation);
    return { part: { relation, ...(oid === undefined ? {} : { oid }), buckets: [], strays: true }, ids: documents };
  });
}

/** Documents, from before, of rows that an ingest pipeline drops: dropped before the survey, or by the comparison. */
function outlivedParts({ plan }: SyncRun, { relations }: Survey, found: readonly Comparison[]): SizedPart[] {
  const oids = new Map(plan.relations.map(({ name, oid }) => [name, oid]));
  const [since, before] = [sumUp(found, ({ outlived }) => outlived), sumUp(found, (of) => of.outlivedBefore)];
  return relations.flatMap(({ relation, outlived = 0 }) => {
    const oid = oids.get(relation);
    // The survey counts them by id, or does not look at all: then they are met as strays.
    const ids = Math.max(outlived, before.get(relation) ?? 0) + (since.get(relation) ?? 0);
    return ids === 0 || oid === undefined ? [] : [{ part: { relation, oid, buckets: [], outlived: true }, ids }];
  });
}

/** A number of comparisons, by relation. */
function sumUp(found: readonly Comparison[], pick: (of: Comparison) => number | undefined): Map<string, number> {
  const sums = new Map<string, number>();
  for (const comparison of found) {
    const { relation } = comparison.report;
    sums.set(relation, (sums.get(relation) ?? 0) + (pick(comparison) ?? 0));
  }
  return sums;
}

function deletable(run: SyncRun, stale: readonly SizedPart[]): SizedPart[] {
  const isComplete = failedRelations(run).length === 0;
  return stale.filter(({ part }) => (part.oid === undefined ? isComplete : !hasFailed(run, part.relation)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Rows that were neither written nor refused had the right document already. All that are dropped count, whenever it was. */
function recordUnchanged(run: SyncRun, survey: readonly RelationSurvey[], found: readonly Comparison[]): void {
  const refreshed = new Set(run.plan.relations.flatMap(({ name, since }) => (since === undefined ? [] : [name])));
  const since = sumUp(found, ({ report }) => report.dropped);
  for (const { relation, rows, dropped: droppedBefore = 0 } of survey) {
    const dropped = droppedBefore + (since.get(relation) ?? 0);
    const { surplus = 0, ...report } = run.reports[relation] ?? emptyReport(relation);
    // Where rows share keys, the survey counted keys.
    const read = refreshed.has(relation) ? Math.max(rows + surplus, report.read) : report.read;
    // A document was written, and went when a pipeline dropped what came of its id later: as of rows that share a key.
    const indexed = Math.min(report.indexed, Math.max(0, read - report.rejected - dropped));
    const unchanged = Math.max(0, read - indexed - report.rejected - dropped);
    const isNone = dropped === 0 && report.dropped === undefined;
    run.reports[relation] = { ...report, read, indexed, unchanged, ...(isNone ? {} : { dropped }) };
  }
}
