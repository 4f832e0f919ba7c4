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
   * Notes the files that a relation has now.
   * @returns whether it had others before
   */
  readonly haveChanged: (relation: string, files: Files) => boolean;
}

export function createKnownFiles(
  relations: readonly { readonly name: string; readonly relation: { readonly leaves: Files } }[],
): KnownFiles {
  const known = new Map(relations.map(({ name, relation }) => [name, describe(relation.leaves)]));
  return {
    haveChanged: (relation, files) => {
      const before = known.get(relation);
      const now = describe(files);
      known.set(relation, now);
      return before !== now;
    },
  };
}

function describe(files: Files): string {
  return files
    .map(({ oid, fileNode }) => `${oid}:${fileNode}`)
    .sort()
    .join();
}
