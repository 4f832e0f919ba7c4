import { untilLeavesStand } from '../../../../src/activities/claims/until-leaves-stand';
import type { PlannedLeaf, PlannedRelation } from '../../../../src/sync/sync-plan';

const followed = { 'public.a': { definition: 'a' } };

function planOf(name: string, ...leaves: readonly PlannedLeaf[]) {
  const relation: PlannedRelation = { name, oid: 1, definition: 'a', rows: 0, leaves };
  return { relations: [relation], followed };
}

/** Hands out plans, the last one for ever. */
function hand<Plan>(...plans: readonly Plan[]) {
  const made: Plan[] = [];
  const make = () => {
    const plan = plans[Math.min(made.length, plans.length - 1)];
    if (plan === undefined) throw new Error('no plan');
    made.push(plan);
    return Promise.resolve(plan);
  };
  return { made, make };
}

test('what no stream writes, and what is only refreshed, is planned once', async () => {
  for (const plan of [planOf('public.b', [7, 7, 1, 1]), planOf('public.a', [7, 7, 1, 0])]) {
    const { made, make } = hand(plan);
    expect(await untilLeavesStand(make)).toBe(plan);
    expect(made).toHaveLength(1);
  }
});

test('leaves that are new under a stream are those of two plans in a row', async () => {
  const [before, after] = [planOf('public.a', [7, 7, 1, 1]), planOf('public.a', [8, 8, 1, 1])];
  const { made, make } = hand(before, after, planOf('public.a', [8, 8, 2, 1]));
  expect(await untilLeavesStand(make)).toBe(made[2]);
  expect(made).toHaveLength(3);
});

test('leaves that never stand end the sync, to be tried again', async () => {
  let oid = 1;
  const make = () => Promise.resolve(planOf('public.a', [(oid += 1), 1, 1, 1]));
  await expect(untilLeavesStand(make)).rejects.toMatchObject({ type: 'SourceChanged' });
});
