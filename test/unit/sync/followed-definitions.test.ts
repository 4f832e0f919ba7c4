import { isAfterOthers, isSettled, NOT_YET, withClaims } from '../../../src/sync/followed-definitions';

const standing = { a: { definition: 'old', since: 5 }, b: { definition: 'b' } };

test('a claim of another definition lets no sync count, until its moment is known', () => {
  const begun = withClaims(standing, { a: { definition: 'new', since: NOT_YET } });
  expect(begun).toEqual({ ...standing, a: { definition: 'new', since: NOT_YET } });
  expect(isSettled(begun['a'], 'new')).toBe(false);
  expect(isAfterOthers({ version: 2_000_000_000_000_000, definition: 'new' }, begun['a'])).toBe(false);
  const made = withClaims(begun, { a: { definition: 'new', since: 9 } });
  expect(made).toEqual({ ...standing, a: { definition: 'new', since: 9 } });
  expect(isSettled(made['a'], 'new')).toBe(true);
});

test('the moment of a claim never comes earlier again, and is not that of another definition', () => {
  expect(withClaims(standing, { a: { definition: 'old', since: 3 } })).toEqual(standing);
  expect(withClaims(standing, { a: { definition: 'old', since: 7 } })['a']).toEqual({ definition: 'old', since: 7 });
  expect(withClaims(standing, { a: { definition: 'new', since: 7 } })).toEqual(standing);
});

test('claims that are made again change nothing', () => {
  const made = { a: { definition: 'old', since: 7 }, c: { definition: 'c', since: NOT_YET } };
  const once = withClaims(standing, made);
  expect(withClaims(once, made)).toEqual(once);
  expect(withClaims(undefined, {})).toEqual({});
});

describe('what a sync saved', () => {
  test.each([
    ['counts where nothing was ever followed', { definition: 'd' }, undefined, true],
    ['counts where one definition alone was ever followed', { version: 1, definition: 'd' }, { definition: 'd' }, true],
    ['counts from the claim on', { version: 7, definition: 'd' }, { definition: 'd', since: 7 }, true],
    ['does not count from before the claim', { version: 6, definition: 'd' }, { definition: 'd', since: 7 }, false],
    ['does not count of a version that nobody saved', { definition: 'd' }, { definition: 'd', since: 7 }, false],
    ['does not count where another definition is claimed', { version: 9, definition: 'd' }, { definition: 'e' }, false],
    ['does not count where it says no definition', { version: 9 }, { definition: 'd' }, false],
  ])('%s', (_, saved, followed, expected) => {
    expect(isAfterOthers(saved, followed)).toBe(expected);
  });
});
