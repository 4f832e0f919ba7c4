import { claimDefinition } from '../../src/sync/followed-definitions';
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
  const isAnew = when === 'planned anew' && mistake !== 'exchange unclaimed';
  if (!isAnew && followed.definition === `${definition}`) return state;
  const since = mistake === 'definition unclaimed' ? 0 : chooseVersion(clock + 1, [state.version]);
  return { ...state, followed: claimDefinition(followed, `${definition}`, since) };
}

/** What a stream writes is claimed from its beginning. */
export function claimForStream(world: World, state: SavedState, mistake?: Mistake): SavedState {
  const followed = state.followed ?? { definition: `${world.definition}` };
  return claim(world, { ...state, followed }, 'planned', mistake);
}
