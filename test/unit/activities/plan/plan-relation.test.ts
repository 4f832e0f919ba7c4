import { planRelation } from '../../../../src/activities/plan/plan-relation';
import type { FollowedDefinition } from '../../../../src/sync/followed-definitions';
import { makeRelation } from '../../../support/make-relation';

const leaf = { schema: 'public', table: 'items', oid: 1, fileNode: 10, blocks: 5 };
const items = { name: 'public.items', relation: makeRelation({ leaves: [leaf] }), definition: 'd' };

/** Plans a table that the last sync read up to the watermark `saved`, by a sync of the watermark `now`. */
function plan(saved: bigint, now: bigint, leaves: Readonly<Record<string, number>> = { 1: 10 }) {
  const state = { version: 1, relations: { 'public.items': { watermark: String(saved), definition: 'd', leaves } } };
  const { since, leaves: planned } = planRelation(items, state, { watermark: String(now) });
  return { since, copies: planned[0]?.[3] === 1 };
}

describe('a watermark is used', () => {
  const refresh = (saved: bigint) => ({ since: String(saved), copies: false });
  test.each([
    ['of this very moment', 700n, 700n],
    ['across the border where 32-bit ids begin anew', 2n ** 32n - 5n, 2n ** 32n + 5n],
    ['many rounds of 32 bits later', 7n * 2n ** 32n + 9n, 7n * 2n ** 32n + 10n],
    ['nearly as old as 32-bit arithmetic can tell', 700n, 700n + 2n ** 31n - 100_000_001n],
  ])('%s', (_, saved, now) => {
    expect(plan(saved, now)).toEqual(refresh(saved));
  });
});

describe('a table is copied', () => {
  const copy = { since: undefined, copies: true };
  test.each([
    ['whose watermark lies in the future', 701n, 700n],
    ['whose watermark is too old for 32-bit arithmetic', 700n, 700n + 2n ** 31n],
    ['whose watermark is older by a whole round, so that its 32 bits look new', 700n, 700n + 2n ** 32n],
  ])('%s', (_, saved, now) => {
    expect(plan(saved, now)).toEqual(copy);
  });

  test('whose file is another', () => {
    expect(plan(700n, 700n, { 1: 9 })).toEqual({ since: '700', copies: true });
    expect(plan(700n, 700n, {})).toEqual({ since: '700', copies: true });
  });
});

test('what was not seen above the watermark counts only while no history can have given its ids out again', () => {
  const unseen = { next: '900', open: [['700', '700'] as const] };
  const saved = { watermark: '700', unseen, definition: 'd', leaves: { 1: 10 } };
  const state = { version: 1, relations: { 'public.items': saved } };
  expect(planRelation(items, state, { watermark: '900' })).toMatchObject({ since: '700', unseen });
  const stillOpen = { watermark: '700', unseen: { ...unseen, next: '950' } };
  expect(planRelation(items, state, stillOpen)).toMatchObject({ since: '700', unseen });
  expect(planRelation(items, state, { watermark: '800' })).not.toHaveProperty('unseen');
});

test('a table is copied again where a stream wrote under another definition after the sync had begun that saved its state', () => {
  const saved = { watermark: '700', definition: 'd', leaves: { 1: 10 }, version: 5 };
  const planned = (followed: Readonly<Record<string, FollowedDefinition>>) =>
    planRelation(items, { version: 9, relations: { 'public.items': saved }, followed }, { watermark: '700' });
  expect(planned({ 'public.items': { definition: 'd' } })).toMatchObject({ since: '700' });
  expect(planned({ 'public.items': { definition: 'd', since: 5 } })).toMatchObject({ since: '700' });
  expect(planned({ 'public.others': { definition: 'o', since: 6 } })).toMatchObject({ since: '700' });
  for (const followed of [{ definition: 'd', since: 6 }, { definition: 'other' }]) {
    const { since, leaves } = planned({ 'public.items': followed });
    expect(since).toBeUndefined();
    expect(leaves[0]?.[3]).toBe(1);
  }
});
