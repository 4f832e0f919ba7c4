import type { Leaf } from '../../sync/relation';

/** Why a sync has to follow. */
export const REWRITTEN = 'its rows were written anew';

/** Leaves with the files that hold their rows. */
type Files = readonly Pick<Leaf, 'oid' | 'fileNode'>[];

/**
 * The files of followed relations, as a stream knows them. Another one holds rows that were written anew, which the stream
 * does not hear of: ALTER TABLE does that, and TRUNCATE of a partition.
 */
export interface KnownFiles {
  /**
   * Notes the files that leaves have now; of leaves that came since the stream began it knows none.
   * @param since - milliseconds by `performance.now()` at which who reads began: what others noted later is news to it
   * @returns whether one of them had another file before
   */
  readonly haveChanged: (files: Files, since?: number) => boolean;
}

export function createKnownFiles(
  relations: readonly { readonly relation: { readonly leaves: Files } }[],
  now: () => number = () => performance.now(),
): KnownFiles {
  const leaves = relations.flatMap(({ relation }) => relation.leaves);
  const known = new Map(leaves.map(({ oid, fileNode }) => [oid, { fileNode, changedAt: -Infinity }]));
  return {
    haveChanged: (files, since = Infinity) => {
      let isNews = false;
      for (const { oid, fileNode } of files) {
        const before = known.get(oid);
        if (before === undefined) continue;
        const isOther = before.fileNode !== fileNode;
        if (isOther) known.set(oid, { fileNode, changedAt: now() });
        isNews ||= isOther || before.changedAt >= since;
      }
      return isNews;
    },
  };
}
