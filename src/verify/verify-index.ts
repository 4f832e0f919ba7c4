import { setTimeout as sleep } from 'node:timers/promises';

import type { OpenConnector } from '../activities/connector/connector-registry';
import { pipelineSubject } from '../activities/plan/find-pipelines';
import { readSource, throwProblems } from '../activities/plan/read-source';
import { isDropped } from '../elasticsearch/dead-letters/dead-letter';
import type { StoredDeadLetter } from '../elasticsearch/dead-letters/list-dead-letters';
import { scanOwners } from '../elasticsearch/documents/scan-owners';
import { describeIndex } from '../elasticsearch/index/describe-index';
import { refreshIndex } from '../elasticsearch/index/refresh-index';
import { namePipelines } from '../elasticsearch/pipelines/name-pipelines';
import { SyncFailure } from '../sync/failures';
import { idSchemeIn } from '../sync/index-state';
import { narrowToIndex } from '../sync/indices/index-naming';
import { createDifferenceLog } from './difference-log';
import { createSuspects, LOOK_AGAIN_MS, settleSuspects } from './in-flight';
import { listLetters } from './list-letters';
import { lookAtOwners } from './look-at-owners';
import { type RejectedRows, subjectOf, trackRejectedRows } from './rejected-rows';
import { emptyVerification, type RelationVerification, type Verification } from './verification';
import type { VerifyContext } from './verify-context';
import { verifyRelation } from './verify-relation';

/** Options of a verification. */
export interface VerifyOptions {
  /** Differences, and dead letters, to list; all are counted. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Told about each relation when it is done. */
  readonly onRelation?: (relation: RelationVerification) => void;
  /** Told how many differences are looked at again, since changes are followed. */
  readonly onLookAgain?: (differences: number) => void;
}

/**
 * Compares every row whose document is in one index with that: presence, content, and nothing extra. Changes nothing.
 * @throws SyncFailure when a server can't be read or a relation is missing: a failed read is no difference
 */
export async function verifyIndex(connector: OpenConnector, options: VerifyOptions): Promise<Verification> {
  const started = performance.now();
  const opened = await openContext(connector, options);
  const isFollowed = connector.settings.continuous !== undefined;
  const suspects = createSuspects(opened.log, options.limit);
  const context = isFollowed ? { ...opened, log: suspects.log } : opened;
  const { relations, problems } = await readSource(connector, new Date().toISOString());
  throwProblems(connector.settings.id, problems);
  // Those of tables that have other indices are none of this one's.
  const names = relations.map(({ name }) => name);
  const letters = await listLetters(connector, narrowToIndex(connector.settings, names));
  const verified: RelationVerification[] = [];
  const tracked: RejectedRows[] = [];
  for (const projected of relations) {
    const rejected = trackRejectedRows(letters.filter(({ relation }) => relation === projected.name));
    tracked.push(rejected);
    const result = await verifyRelation(context, projected, rejected);
    verified.push(result);
    options.onRelation?.(result);
  }
  const byName = new Map(relations.map((projected) => [projected.name, projected]));
  if (suspects.list().length > 0) options.onLookAgain?.(suspects.list().length);
  const inFlight = await settleSuspects({ context: opened, relations: byName, readLetters }, suspects.list());
  await findUnknownRelations(opened, byName);
  const orphans = letters.filter(({ relation }) => !byName.has(relation));
  const outdated = [...orphans, ...tracked.flatMap((rejected) => rejected.outdated())];
  await findOutdated(opened, outdated, isFollowed ? LOOK_AGAIN_MS : []);
  return {
    connectorId: connector.settings.id,
    index: context.index,
    comparedContent: context.comparesContent,
    foreign: context.owners.foreign,
    claiming: context.owners.claiming,
    ...(isFollowed ? { inFlight } : {}),
    relations: withLoggedCounts(opened, verified),
    differences: opened.log.listed(),
    rejections: letters.filter((letter) => !isDropped(letter)).slice(0, options.limit),
    seconds: (performance.now() - started) / 1_000,
  };

  async function readLetters(name: string): Promise<StoredDeadLetter[]> {
    return listLetters(connector, [name]);
  }
}

async function openContext(connector: OpenConnector, { limit, signal }: VerifyOptions): Promise<VerifyContext> {
  const { elasticsearch, settings } = connector;
  const index = await describeIndex(elasticsearch, settings.indexName);
  if (index === undefined) {
    const message = `Connector ${settings.id}: there is no index ${settings.indexName}.`;
    throw new SyncFailure('DestinationChanged', message, `Make it: pgferry sync ${settings.id}`);
  }
  await refreshIndex(elasticsearch, index.concrete);
  const scheme = idSchemeIn(index.state, settings.id);
  return {
    connector,
    index: index.concrete,
    scheme,
    owners: await lookAtOwners(elasticsearch, { ...scheme, index: index.concrete, signal }),
    comparesContent: namePipelines(pipelineSubject(connector, index)).length === 0,
    log: createDifferenceLog(limit),
    limit,
    signal,
  };
}

/** Documents of relations that are no longer synced: none of them has a row. */
async function findUnknownRelations(
  { connector, index, scheme, owners, log, signal }: VerifyContext,
  known: ReadonlyMap<string, unknown>,
): Promise<void> {
  if ([...owners.documents.keys()].every((relation) => known.has(relation))) return;
  const scan = { ...scheme, index, signal };
  for await (const page of scanOwners(connector.elasticsearch, scan)) {
    for (const { id, relation } of page) {
      if (relation !== undefined && !known.has(relation)) log.add({ relation, id, kind: 'extra' });
    }
  }
}

/**
 * Dead letters for rows that are gone or have a document by now, unless a sync has removed them meanwhile.
 * @param pausesMs - before further looks, where a stream may be about to remove them
 */
async function findOutdated(
  { connector, log, signal }: VerifyContext,
  letters: readonly StoredDeadLetter[],
  pausesMs: readonly number[],
): Promise<void> {
  const lookAt = async (some: readonly StoredDeadLetter[]) => {
    if (some.length === 0) return [];
    const relations = [...new Set(some.map(({ relation }) => relation))];
    const now = await listLetters(connector, narrowToIndex(connector.settings, relations));
    const still = new Set(now.map(({ id }) => id));
    return some.filter(({ id }) => still.has(id));
  };
  let left = await lookAt(letters);
  for (const pauseMs of pausesMs) {
    if (left.length === 0) return;
    await sleep(pauseMs, undefined, { signal });
    left = await lookAt(left);
  }
  for (const letter of left) log.add({ relation: letter.relation, id: subjectOf(letter), kind: 'outdated' });
}

/** The relations with what was found after they had been compared, and those that have nothing but differences. */
function withLoggedCounts({ log, owners }: VerifyContext, verified: RelationVerification[]): RelationVerification[] {
  const names = new Set(verified.map(({ relation }) => relation));
  const others = log
    .relations()
    .filter((relation) => !names.has(relation))
    .map((relation) => ({ ...emptyVerification(relation), documents: owners.documents.get(relation) ?? 0 }));
  return [...verified, ...others].map((relation) => ({ ...relation, ...log.counts(relation.relation) }));
}
