import { claimAgain, needsClaim } from '../../../../src/activities/claims/claim-definitions';

const time = { clock: 1_000, othersEnd: 4_000 };

test('a sync claims what a stream wrote under another definition, and nothing else', () => {
  const followed = {
    'public.a': { definition: 'old' },
    'public.b': { definition: 'b' },
    'public.c': { definition: 'c' },
  };
  const relations = [
    { name: 'public.a', definition: 'new' },
    { name: 'public.b', definition: 'b' },
    { name: 'public.never_followed', definition: 'd' },
  ];
  expect(needsClaim({ followed }, relations)).toBe(true);
  expect(claimAgain({ followed, version: 7 }, relations, time)).toEqual({
    ...followed,
    'public.a': { definition: 'new', since: 4_000 },
  });
});

test('there is nothing to claim where nothing is followed, or all of it under these definitions', () => {
  expect(needsClaim({}, [{ name: 'public.a', definition: 'd' }])).toBe(false);
  expect(needsClaim({ followed: { 'public.a': { definition: 'd' } } }, [{ name: 'public.a', definition: 'd' }])).toBe(
    false,
  );
});

test('a claim is above every version that was used, where the clock stepped back', () => {
  const followed = { 'public.a': { definition: 'old' } };
  const { 'public.a': claimed } = claimAgain(
    { followed, version: 9_000 },
    [{ name: 'public.a', definition: 'new' }],
    time,
  );
  expect(claimed?.since).toBeGreaterThan(9_000);
});
