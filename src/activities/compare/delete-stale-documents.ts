import type { Source } from '../../postgres/connection/source';
import { findExisting, type IdRequest } from '../../postgres/ids/read-ids';
import { deleteBody } from '../../sync/bulk-item';
import { emptyReport, type RelationReport } from '../../sync/report';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CompareInput } from '../contract/activity-inputs';
import type { ActivityScope } from '../contract/activity-scope';
import { withWriter } from '../copy/with-writer';
import { identifyRows } from '../plan/projected-relation';
import { openRelation } from '../plan/relation-cache';
import { readIdSet, scanPart } from './compare-ids';
import { scanStraysOf } from './heal-strays';
import { outlivedIds } from './look-at-dropped';
import { takeFoundStale } from './stale-ids-in-memory';

/** Documents whose rows are looked up, and which are deleted, by one request. */
const IDS_PER_DELETE = 10_000;

/**
 * Deletes the documents of a part that have no row, or one that an ingest pipeline drops. Each is looked up once more just
 * before, since rows may have come since the comparison. Where the relation is no longer synced, all of its documents go.
 */
export async function deleteStaleDocuments(
  connector: OpenConnector,
  input: CompareInput,
  scope: ActivityScope,
): Promise<RelationReport> {
  const { job, part, round } = input;
  const version = passVersion(job, 'deleteStale', round);
  let deleted = 0;
  await withWriter(connector, job, scope.signal, async (writer) => {
    for await (const stale of staleIds(connector, input, scope)) {
      const { acknowledged } = await writer.accept(deleteBody(stale, version), part.relation);
      deleted += (await acknowledged).deleted;
      scope.heartbeat();
    }
  });
  return { ...emptyReport(part.relation), deleted };
}

async function* staleIds(
  connector: OpenConnector,
  input: CompareInput,
  scope: ActivityScope,
): AsyncGenerator<readonly string[]> {
  const { job, part } = input;
  if (part.outlived === true) {
    yield* outlivedIds(connector, job, part.relation);
    return;
  }
  const scan = part.strays === true ? scanStraysOf : scanPart;
  if (part.oid === undefined) {
    yield* scan(connector.elasticsearch, input, scope);
    return;
  }
  const projected = await openRelation(connector, job, { relation: part.relation, oid: part.oid });
  const request = identifyRows(projected, scope.signal);
  if (part.strays === true) {
    for await (const page of scan(connector.elasticsearch, input, scope))
      yield await withoutRow(connector.source, request, page);
    return;
  }
  const found = takeFoundStale(connector.memory, input);
  if (found !== undefined) {
    for (let from = 0; from < found.length; from += IDS_PER_DELETE)
      yield await withoutRow(connector.source, request, found.slice(from, from + IDS_PER_DELETE));
    return;
  }
  const rows = await readIdSet(connector.source, request, part);
  let candidates: string[] = [];
  for await (const page of scanPart(connector.elasticsearch, input, scope)) {
    candidates.push(...page.filter((id) => !rows.see(id)));
    if (candidates.length < IDS_PER_DELETE) continue;
    yield await withoutRow(connector.source, request, candidates);
    candidates = [];
  }
  if (candidates.length > 0) yield await withoutRow(connector.source, request, candidates);
}

async function withoutRow(source: Source, request: IdRequest, ids: readonly string[]): Promise<string[]> {
  const existing = await findExisting(source, { ...request, ids });
  return ids.filter((id) => !existing.has(id));
}
