import { type Difference, type DifferenceCounts, type DifferenceKind, NO_DIFFERENCES } from './difference';

/** Counts every difference of a relation and keeps the first ones of all relations. */
export interface DifferenceLog {
  /** @param document - as it was found, where there is one */
  readonly add: (difference: Difference, document?: Buffer) => void;
  /** Adds a row whose id can't be read, so that it can't be looked at again: its id is where it stands. */
  readonly addUnreadable: (difference: Difference) => void;
  /** Counts differences that were seen once only, because there are so many. */
  readonly count: (relation: string, kind: DifferenceKind, count: number) => void;
  /** Differences of a relation so far. */
  readonly counts: (relation: string) => DifferenceCounts;
  /** Relations that have any. */
  readonly relations: () => readonly string[];
  readonly listed: () => readonly Difference[];
}

/** @param limit - differences to keep */
export function createDifferenceLog(limit: number): DifferenceLog {
  const listed: Difference[] = [];
  const relations = new Map<string, DifferenceCounts>();
  const counts = (relation: string) => relations.get(relation) ?? NO_DIFFERENCES;
  const count = (relation: string, kind: DifferenceKind, added: number) => {
    const before = counts(relation);
    relations.set(relation, { ...before, [kind]: before[kind] + added });
  };
  const add = (difference: Difference) => {
    count(difference.relation, difference.kind, 1);
    if (listed.length < limit) listed.push(difference);
  };
  return {
    count,
    counts,
    relations: () => [...relations.keys()],
    listed: () => listed,
    add,
    addUnreadable: add,
  };
}
