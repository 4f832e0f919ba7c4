import { createRandom } from '../soak/random';
import { exploreAll, exploreAtRandom } from './explore';
import { MISTAKES } from './mistakes';
import { LARGE_WORLD, SMALL_WORLDS } from './small-worlds';
import { tellStory } from './tell-story';

/** Random ways of one run, some 60 actions each. */
const WAYS = 500;

describe('the algorithm keeps its promises, whatever happens in which order, with', () => {
  test.each(SMALL_WORLDS)('$name', ({ start }) => {
    const { counterExample, isComplete } = exploreAll(start);
    expect(counterExample === undefined ? '' : tellStory(counterExample)).toBe('');
    expect(isComplete).toBe(true);
  });

  test('all of these at once, on random ways', () => {
    const seed = Number(process.env['PGFERRY_MODEL_SEED'] ?? Date.now() % 2 ** 31);
    process.stderr.write(`model: ${WAYS} ways, PGFERRY_MODEL_SEED=${seed}\n`);
    const { counterExample } = exploreAtRandom(LARGE_WORLD, createRandom(seed), WAYS);
    expect(counterExample === undefined ? '' : tellStory(counterExample)).toBe('');
  });
});

describe('the model finds the mistake', () => {
  const planted = SMALL_WORLDS.flatMap(({ start, finds }) => finds.map((mistake) => ({ mistake, start })));

  test.each(planted)('$mistake', ({ mistake, start }) => {
    const { counterExample } = exploreAll(start, mistake);
    expect(counterExample?.violation).toEqual(expect.any(String));
  });

  test('that anybody thought of', () => {
    expect(planted.map(({ mistake }) => mistake).sort()).toEqual(Object.keys(MISTAKES).sort());
  });
});
