import { claimDefinition, isAfterOthers } from '../../../src/sync/followed-definitions';

test('a claim lets syncs count from its moment on, never from an earlier one', () => {
  expect(claimDefinition(undefined, 'd', 7)).toEqual({ definition: 'd', since: 7 });
  expect(claimDefinition({ definition: 'd', since: 5 }, 'e', 7)).toEqual({ definition: 'e', since: 7 });
  expect(claimDefinition({ definition: 'd', since: 9 }, 'd', 7)).toEqual({ definition: 'd', since: 9 });
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
