import { createLanes } from '../../../src/connector-service/lanes';

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('work without room waits, in its order, and is not begun twice for a subject', async () => {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const lanes = createLanes(1, () => undefined);
  const run = (subject: string) => {
    lanes.run(subject, () => {
      begun.push(subject);
      return new Promise((resolve) => ends.set(subject, resolve));
    });
  };
  for (const subject of ['a', 'b', 'c', 'a', 'b']) run(subject);
  expect(begun).toEqual(['a']);
  ends.get('a')?.();
  await tick();
  expect(begun).toEqual(['a', 'b']);
  const settled = lanes.settle();
  ends.get('b')?.();
  await settled;
  expect(begun).toEqual(['a', 'b']);
});

test('work that fails makes room, and is told', async () => {
  const told: string[] = [];
  const lanes = createLanes(1, (subject) => told.push(subject));
  lanes.run('a', () => Promise.reject(new Error('no')));
  lanes.run('b', () => Promise.resolve());
  await tick();
  await lanes.settle();
  expect(told).toEqual(['a']);
});
