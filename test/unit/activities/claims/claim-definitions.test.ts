import {
  listFollowed,
  listFollowedOtherwise,
  withClaims,
  withoutClaims,
} from '../../../../src/activities/claims/claim-definitions';

const followed = {
  'public.a': { definition: 'old', since: 2_000 },
  'public.b': { definition: 'b' },
  'public.c': { definition: 'c' },
};
const relations = [
  { name: 'public.a', definition: 'new' },
  { name: 'public.b', definition: 'b' },
  { name: 'public.never_followed', definition: 'd' },
];
const [a, b] = relations;

test('a sync claims what a stream wrote under another definition; what it plans anew, whatever the definition', () => {
  expect(listFollowedOtherwise({ followed }, relations)).toEqual([a]);
  expect(listFollowed({ followed }, relations)).toEqual([a, b]);
  expect(listFollowed({}, relations)).toEqual([]);
});

test('claims take the place of those of their relations, and leave all others', () => {
  const made = { 'public.a': { definition: 'new', since: 4_000 } };
  expect(withClaims({ followed, version: 7 }, made)).toEqual({ ...followed, ...made });
  expect(withClaims({ version: 7 }, {})).toEqual({});
});

test('a claim is above every version that was used, and above the one before, where the clock stepped back', () => {
  const claim = (since: number, version: number) =>
    withClaims({ followed, version }, { 'public.a': { definition: 'new', since } })['public.a']?.since;
  expect(claim(4_000, 9_000)).toBeGreaterThan(9_000);
  expect(claim(1_000, 7)).toBe(2_000);
});

test('what is synced no more keeps no claim', () => {
  expect(Object.keys(withoutClaims(followed, ['public.a', 'public.x']))).toEqual(['public.b', 'public.c']);
});
