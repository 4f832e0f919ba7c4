import { workInLanes } from '../../../../src/activities/plan/work-in-lanes';

test('work goes on beside other work until all is done', async () => {
  const done: number[] = [];
  let most = 0;
  let atWork = 0;
  await workInLanes([1, 2, 3, 4, 5], 2, async (each) => {
    most = Math.max(most, ++atWork);
    await Promise.resolve();
    atWork -= 1;
    done.push(each);
  });
  expect(done).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test('after an error nothing more is begun, and what is under way is waited for', async () => {
  const begun: number[] = [];
  const done: number[] = [];
  const working = workInLanes([1, 2, 3, 4], 2, async (each) => {
    begun.push(each);
    if (each === 1) throw new Error('the first');
    await new Promise(setImmediate);
    done.push(each);
    throw new Error('the second');
  });
  await expect(working).rejects.toThrow('the first');
  expect(begun).toEqual([1, 2]);
  expect(done).toEqual([2]);
});
