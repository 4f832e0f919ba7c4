import { isDropped } from '../elasticsearch/dead-letters/dead-letter';
import type { DeadLetterCounts, StoredDeadLetter } from '../elasticsearch/dead-letters/list-dead-letters';

/** The dead letters of one relation, and which of them still stand for a row without a document. */
export interface RejectedRows {
  readonly letters: readonly StoredDeadLetter[];
  readonly has: (id: string) => boolean;
  /**
   * Notes that the row at this id or position exists and has no document.
   * @returns whether there is a dead letter for it
   */
  readonly confirm: (idOrPosition: string) => boolean;
  readonly confirmed: () => DeadLetterCounts;
  /** Dead letters that stand for no such row. */
  readonly outdated: () => readonly StoredDeadLetter[];
}

export function trackRejectedRows(letters: readonly StoredDeadLetter[]): RejectedRows {
  const unconfirmed = new Map(letters.map((letter) => [subjectOf(letter), letter]));
  const known = new Set(unconfirmed.keys());
  return {
    letters,
    has: (id) => known.has(id),
    confirm: (subject) => {
      unconfirmed.delete(subject);
      return known.has(subject);
    },
    confirmed: () => {
      const confirmed = letters.filter((letter) => !unconfirmed.has(subjectOf(letter)));
      const dropped = confirmed.filter(isDropped).length;
      return { rejected: confirmed.length - dropped, dropped };
    },
    outdated: () => [...unconfirmed.values()],
  };
}

/** Names the row of a dead letter: the document's id, or the row's position where its id can't be read. */
export function subjectOf({ documentId, position }: StoredDeadLetter): string {
  return documentId ?? position ?? '';
}
