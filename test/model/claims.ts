import { NOT_YET, withClaims } from '../../src/sync/followed-definitions';
import { chooseVersion } from '../../src/sync/write-version';
import type { Mistake } from './mistakes';
import type { SavedState, World } from './world';

/** Microseconds that pass from the beginning of a writer to that of the next. */
export const BETWEEN_WRITERS = 1_000;

/**
 * Who writes what a stream wrote under another definition lets no sync count that began before now, itself included. So
 * does a sync that plans anew, whatever the definition.
 */
export function claim(
  { clock, definition }: Pick<World, 'clock' | 'definition'>,
  state: SavedState,
  when: 'planned' | 'planned anew',
  mistake?: Mistake,
): SavedState {
  const { followed } = state;
  if (followed === undefined) return state;
  const isOther = followed.definition !== `${definition}`;
  const isAnew = when === 'planned anew' && mistake !== 'exchange unclaimed';
  if (!isOther && !isAnew) return state;
  const since = mistake === 'definition unclaimed' ? 1 : chooseVersion(clock + 1, [state.version]);
  const begun = isOther ? put({ row: followed }, definition, NOT_YET) : { row: followed };
  const { row = followed } = put(begun, definition, since);
  return { ...state, followed: row };
}

function put(
  standing: Readonly<Record<string, NonNullable<SavedState['followed']>>>,
  definition: 0 | 1,
  since: number,
) {
  return withClaims(standing, { row: { definition: `${definition}`, since } });
}

/** What a stream writes is claimed from its beginning. */
export function claimForStream(world: World, state: SavedState, mistake?: Mistake): SavedState {
  const followed = state.followed ?? { definition: `${world.definition}` };
  return claim(world, { ...state, followed }, 'planned', mistake);
}
