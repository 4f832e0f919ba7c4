import { findToClaim, withoutClaims } from '../../../../src/activities/claims/claim-relations';
import { NOT_YET } from '../../../../src/sync/followed-definitions';

const followed = {
  'public.a': { definition: 'old', since: 2_000 },
  'public.b': { definition: 'b' },
  'public.c': { definition: 'c', since: NOT_YET },
  'public.d': { definition: 'd' },
};
const [a, b, c, never] = [
  { name: 'public.a', definition: 'new' },
  { name: 'public.b', definition: 'b' },
  { name: 'public.c', definition: 'c' },
  { name: 'public.never_followed', definition: 'd' },
] as const;
const relations = [a, b, c, never];

test('a sync claims what a stream wrote under another definition, and what somebody did not claim to the end', () => {
  expect(findToClaim({ followed }, relations, { areAnew: false })).toEqual({ otherwise: [a, c], exchanged: [] });
});

test('it claims all that it plans anew and that a stream wrote', () => {
  expect(findToClaim({ followed }, relations, { areAnew: true })).toEqual({ otherwise: [a, c], exchanged: [b] });
  expect(findToClaim({}, relations, { areAnew: true })).toEqual({ otherwise: [], exchanged: [] });
});

test('what is synced no more keeps no claim', () => {
  expect(Object.keys(withoutClaims(followed, ['public.a', 'public.x', 'public.c']))).toEqual(['public.b', 'public.d']);
});
