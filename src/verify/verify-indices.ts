import { type OpenConnector, openIndex } from '../activities/connector/open-connector';
import { type ConnectorIndices, listIndices } from '../activities/plan/list-indices';
import { isDropped } from '../elasticsearch/dead-letters/dead-letter';
import type { StoredDeadLetter } from '../elasticsearch/dead-letters/list-dead-letters';
import { SyncFailure } from '../sync/failures';
import { type FailedRelation, joinFailures } from '../sync/relation-failure';
import { listOrphanedLetters, nameLetters } from './list-letters';
import { subjectOf } from './rejected-rows';
import { emptyVerification, type RelationVerification, type Verification } from './verification';
import { verifyIndex, type VerifyOptions } from './verify-index';

/**
 * Verifies each index of a connector whose tables have their own, and those of tables that went: none of their documents
 * has a row. A table that can't be verified keeps nobody from hearing of the others.
 * @throws SyncFailure where none could be verified, or a server can't be reached
 */
export async function verifyIndices(connector: OpenConnector, options: VerifyOptions): Promise<Verification> {
  const { settings } = connector;
  const found = await listIndices(connector);
  const known = new Set([...found.indices, ...found.failed].map(({ relation }) => relation));
  const before = await listOrphanedLetters(connector, known);
  const { verified, failed } = await verifyEach(connector, found, options);
  if (verified.length === 0 && failed.length > 0) throw joinFailures(settings.id, failed, failed.length);
  // A sync may have removed some meanwhile.
  const still = before.length === 0 ? [] : await listOrphanedLetters(connector, known);
  const ids = new Set(still.map(({ id }) => id));
  const orphans = before.filter(({ id }) => ids.has(id));
  const isLeft = new Set(found.left.map(({ relation }) => relation));
  const orphaned = [...new Set(orphans.map(({ relation }) => relation))].filter((relation) => !isLeft.has(relation));
  return {
    ...joinVerifications(settings.id, settings.indexName, verified, { orphans, limit: options.limit }),
    ...(found.left.length === 0 ? {} : { left: found.left.map(({ index, relation }) => ({ index, relation })) }),
    ...(orphaned.length === 0 ? {} : { orphaned: { deadLetters: nameLetters(settings), relations: orphaned } }),
    ...(failed.length === 0 ? {} : { failed }),
  };
}

async function verifyEach(
  connector: OpenConnector,
  { indices, left, failed }: ConnectorIndices,
  options: VerifyOptions,
): Promise<{ readonly verified: readonly Verification[]; readonly failed: readonly FailedRelation[] }> {
  const verified: Verification[] = [];
  const unverified = [...failed];
  // An index may hold documents of two tables that went, or of one beside the one that is there.
  const byIndex = new Map([...left, ...indices].map((each) => [each.index, each]));
  for (const { index, relation } of byIndex.values()) {
    try {
      verified.push(await verifyIndex(openIndex(connector, index), options));
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.retryable) throw error;
      const { type, message, remedy } = error;
      unverified.push({ relation, failure: { type, message, remedy } });
    }
  }
  return { verified, failed: unverified };
}

interface Joining {
  readonly orphans: readonly StoredDeadLetter[];
  readonly limit: number;
}

function joinVerifications(
  connectorId: string,
  index: string,
  found: readonly Verification[],
  { orphans, limit }: Joining,
): Verification {
  const sum = (count: (of: Verification) => number) => found.reduce((total, each) => total + count(each), 0);
  const outdated = orphans.map((letter) => ({
    relation: letter.relation,
    id: subjectOf(letter),
    kind: 'outdated' as const,
  }));
  const letters = [...found.flatMap(({ rejections }) => rejections), ...orphans.filter((letter) => !isDropped(letter))];
  return {
    connectorId,
    index,
    comparedContent: found.every(({ comparedContent }) => comparedContent),
    foreign: sum(({ foreign }) => foreign),
    claiming: {
      documents: sum(({ claiming }) => claiming.documents),
      ids: found.flatMap(({ claiming }) => claiming.ids).slice(0, limit),
    },
    relations: withOutdated(
      found.flatMap(({ relations }) => relations),
      orphans,
    ),
    differences: [...found.flatMap(({ differences }) => differences), ...outdated].slice(0, limit),
    rejections: letters.slice(0, limit),
    seconds: sum(({ seconds }) => seconds),
  };
}

/** Adds to relations their letters that stand for no row. */
function withOutdated(
  relations: readonly RelationVerification[],
  orphans: readonly StoredDeadLetter[],
): RelationVerification[] {
  const byName = new Map(relations.map((each) => [each.relation, each]));
  for (const { relation } of orphans) {
    const before = byName.get(relation) ?? emptyVerification(relation);
    byName.set(relation, { ...before, outdated: before.outdated + 1 });
  }
  return [...byName.values()];
}
