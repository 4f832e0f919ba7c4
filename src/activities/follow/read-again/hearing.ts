import type { ReadTable } from '../../../postgres/catalog/find-read-tables';
import type { Source } from '../../../postgres/connection/source';
import { withTransaction } from '../../../postgres/connection/transaction';
import { isSafeToPublish, publishTables } from '../../../postgres/replication/publish-statements';
import { type Publication, readIdentities } from '../../../postgres/replication/read-publication';
import type { ProjectedRelation } from '../../plan/projected-relation';
import type { Hearing } from './choose-read-again';
import type { Reader } from './find-readers';

/** The tables of readers that may be published: their rows can be updated afterwards as before. */
export async function findPublishable(source: Source, readers: readonly Reader[]): Promise<readonly ReadTable[]> {
  const tables = new Map(readers.flatMap((reader) => reader.tables.map((table) => [table.oid, table])));
  if (tables.size === 0) return [];
  const oids = [...tables.values()].flatMap(({ members }) => members.map(({ oid }) => oid));
  const identities = await withTransaction(source, (tx) => readIdentities(tx, [...new Set(oids)]));
  return [...tables.values()].filter(
    ({ members }) =>
      members.every(({ isTable }) => isTable) &&
      isSafeToPublish(identities.filter((identity) => members.some(({ oid }) => oid === identity.oid))),
  );
}

/**
 * Hears what a publication sends.
 * @param relations - those that are told of by themselves: the statement that publishes them is not repeated
 */
export function hearPublished(
  { name, tables }: Publication,
  publishable: readonly ReadTable[],
  relations: readonly ProjectedRelation[],
): Hearing {
  const whole = new Set(tables.filter(({ isFiltered }) => !isFiltered).map(({ oid }) => oid));
  const own = new Set([...tables.map(({ oid }) => oid), ...relations.map(({ relation }) => relation.oid)]);
  return {
    hears: ({ oid, isTable, roots }) => isTable && [oid, ...roots].some((published) => whole.has(published)),
    publish: (unheard) => {
      const missing = unheard.filter(
        ({ oid, members }) =>
          publishable.some((table) => table.oid === oid) &&
          [oid, ...members.map((member) => member.oid)].every((known) => !own.has(known)),
      );
      return missing.length === 0 ? undefined : publishTables(name, missing);
    },
  };
}

/** Hears what looks at the rows of followed relations tell: all but deletions. */
export function hearPolled(followed: readonly ProjectedRelation[]): Hearing {
  const oids = new Set(followed.flatMap(({ relation: { oid, leaves } }) => [oid, ...leaves.map((leaf) => leaf.oid)]));
  return { hears: ({ oid, isTable }) => isTable && oids.has(oid), publish: () => undefined };
}
