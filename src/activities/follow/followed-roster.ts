import type { LeftRelation } from '../../sync/wire/follow-state';
import type { ProjectedRelation } from '../plan/projected-relation';
import type { ChosenRelations } from './choose-followed';

/** Relations that a stream follows by now: one whose rows can't be read any more leaves it, and waits for schedules. */
export interface Roster {
  /** @returns undefined for a relation that isn't followed, or no longer */
  readonly find: (name: string) => ProjectedRelation | undefined;
  /** @param howLong - whether it is followed again as soon as it could be */
  readonly leave: (name: string, reason: string, howLong?: 'for good') => void;
  readonly hasLeftForGood: (name: string) => boolean;
}

/** @param onLeave - hears of a relation that left, and how the lists are then */
export function createRoster(
  { followed, left }: ChosenRelations,
  onLeave: (name: string, lists: { readonly followed: string[]; readonly left: LeftRelation[] }) => void,
): Roster {
  const present = new Map(followed.map((projected) => [projected.name, projected]));
  const absent = [...left];
  const forGood = new Set<string>();
  return {
    find: (name) => present.get(name),
    hasLeftForGood: (name) => forGood.has(name),
    leave: (name, reason, howLong) => {
      if (!present.delete(name)) return;
      if (howLong === 'for good') forGood.add(name);
      absent.push({ relation: name, reason });
      onLeave(name, { followed: [...present.keys()], left: [...absent] });
    },
  };
}
