import { holdClaims } from '../../../../src/activities/claims/hold-claims';

const claims = { 'public.a': { definition: 'a' }, 'public.b': { definition: 'b', since: 5 } };

function hold() {
  const heard: string[] = [];
  let now = 10;
  const held = holdClaims(claims, {
    clock: () => Promise.resolve(now),
    onExchanged: (relation) => heard.push(relation),
  });
  return { held, heard, at: (time: number) => (now = time) };
}

test('claims that stand, and those of relations that the stream does not write, change nothing', async () => {
  const { held, heard } = hold();
  await held.check({ followed: { ...claims, 'public.c': { definition: 'c', since: 7 } } });
  expect(heard).toEqual([]);
});

test('a relation that is claimed under another definition, or that is synced no more, ends the stream', async () => {
  const { held } = hold();
  const lost = { ...claims, 'public.b': { definition: 'other' } };
  const failure = { type: 'ClaimLost', message: expect.stringContaining('public.b') as string };
  await expect(held.check({ followed: lost })).rejects.toMatchObject(failure);
  await expect(held.check({ followed: { 'public.a': claims['public.a'] } })).rejects.toMatchObject(failure);
  await expect(held.check(undefined)).rejects.toMatchObject({ type: 'ClaimLost' });
});

test('one whose rows were exchanged is told once, as soon as a sync that begins then counts', async () => {
  const { held, heard, at } = hold();
  const raised = { followed: { ...claims, 'public.a': { definition: 'a', since: 12 } } };
  await held.check(raised);
  expect(heard).toEqual([]);
  at(12);
  await held.check(raised);
  await held.check(raised);
  expect(heard).toEqual(['public.a']);
});
