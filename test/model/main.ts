import { parseArgs } from 'node:util';

import { createRandom } from '../soak/random';
import { type Exploration, exploreAll, exploreAtRandom } from './explore';
import { type Mistake, MISTAKES } from './mistakes';
import { LARGE_WORLD, SMALL_WORLDS } from './small-worlds';
import { tellStory } from './tell-story';

/** `npm run model`: explores longer than the tests do, or shows what a planted mistake comes to. */
function main(): void {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      ways: { type: 'string', default: '20000' },
      mistake: { type: 'string' },
    },
  });
  const mistake = values.mistake === undefined ? undefined : readMistake(values.mistake);
  for (const { name, start, finds } of SMALL_WORLDS) {
    if (mistake === undefined || finds.includes(mistake)) tell(name, exploreAll(start, mistake, Infinity));
  }
  const large = exploreAtRandom(LARGE_WORLD, createRandom(Number(values.seed)), Number(values.ways), mistake);
  tell(`${values.ways} random ways, seed ${values.seed}`, large);
}

function readMistake(name: string): Mistake {
  if (name in MISTAKES) return name as Mistake;
  throw new Error(`there is no mistake "${name}"; those that can be planted: ${Object.keys(MISTAKES).join(', ')}`);
}

function tell(name: string, { states, depth, counterExample }: Exploration): void {
  const figures = `${name}: ${states} worlds, ${depth} actions deep`;
  if (counterExample !== undefined) process.exitCode = 1;
  const end = counterExample === undefined ? 'the theorem holds' : `it does not hold:\n${tellStory(counterExample)}`;
  process.stdout.write(`${figures}; ${end}\n`);
}

main();
