import type { LeftRelation } from '../../sync/wire/follow-state';
import type { ProjectedRelation } from '../plan/projected-relation';
import type { FollowedRelations } from './choose-followed';

/** Relations that a stream follows by now: one whose rows can't be read any more leaves it, and waits for schedules. */
export interface Roster {
  /** @returns undefined for a relation that isn't followed, or no longer */
  readonly find: (name: string) => ProjectedRelation | undefined;
  readonly leave: (name: string, reason: string) => void;
}

/** @param onLeave - hears of a relation that left, and how the lists are then */
export function createRoster(
  { followed, left }: FollowedRelations,
  onLeave: (name: string, lists: { readonly followed: string[]; readonly left: LeftRelation[] }) => void,
): Roster {
  const present = new Map(followed.map((projected) => [projected.name, projected]));
  const absent = [...left];
  return {
    find: (name) => present.get(name),
    leave: (name, reason) => {
      if (!present.delete(name)) return;
      absent.push({ relation: name, reason });
      onLeave(name, { followed: [...present.keys()], left: [...absent] });
    },
  };
}
