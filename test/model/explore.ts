import type { Random } from '../soak/random';
import { changeIndex } from './elasticsearch';
import type { Mistake } from './mistakes';
import { changeDatabase } from './postgres';
import { continueStream } from './stream-steps';
import { continueSync } from './sync-steps';
import { findViolation } from './theorem';
import type { Step, World } from './world';

/** The worlds that were looked at, and the first that breaks the theorem. */
export interface Exploration {
  readonly states: number;
  /** Most actions from the beginning to any of them. */
  readonly depth: number;
  /** Whether every reachable world was looked at. */
  readonly isComplete: boolean;
  readonly counterExample?: CounterExample;
}

/** A story that ends badly. */
export interface CounterExample {
  readonly actions: readonly string[];
  readonly violation: string;
}

export function* possibleSteps(world: World, mistake?: Mistake): Generator<Step> {
  yield* changeDatabase(world, mistake);
  yield* changeIndex(world, mistake);
  yield* continueSync(world, mistake);
  yield* continueStream(world, mistake);
}

/** A world on the way, with the way to it. */
interface Visit {
  readonly world: World;
  readonly depth: number;
  readonly says: string;
  readonly from?: Visit;
}

/** Looks at every world that can be reached, the nearest first, so that a counter-example is as short as can be. */
export function exploreAll(start: World, mistake?: Mistake, most = 200_000): Exploration {
  const known = new Set([hash(start)]);
  let layer: Visit[] = [{ world: start, depth: 0, says: '' }];
  let depth = 0;
  while (layer.length > 0) {
    const next: Visit[] = [];
    for (const visit of layer) {
      const found = visitNext(visit, known, next, mistake);
      if (found !== undefined)
        return { states: known.size, depth: visit.depth + 1, isComplete: false, counterExample: found };
      if (known.size > most) return { states: known.size, depth, isComplete: false };
    }
    if (next.length > 0) depth += 1;
    layer = next;
  }
  return { states: known.size, depth, isComplete: true };
}

function visitNext(visit: Visit, known: Set<number>, next: Visit[], mistake?: Mistake): CounterExample | undefined {
  for (const step of possibleSteps(visit.world, mistake)) {
    const reached = { world: step.world, depth: visit.depth + 1, says: step.says, from: visit };
    const violation = findViolation(step);
    if (violation !== undefined) return { actions: wayTo(reached), violation };
    const key = hash(step.world);
    if (known.has(key)) continue;
    known.add(key);
    next.push(reached);
  }
  return undefined;
}

/** Follows random ways to their ends, in worlds too large to look at all of. */
export function exploreAtRandom(start: World, random: Random, ways: number, mistake?: Mistake): Exploration {
  let [states, depth] = [0, 0];
  for (let way = 0; way < ways; way += 1) {
    const actions: string[] = [];
    let world = start;
    for (let steps = [...possibleSteps(world, mistake)]; steps.length > 0; steps = [...possibleSteps(world, mistake)]) {
      const step = random.pick(steps);
      actions.push(step.says);
      const violation = findViolation(step);
      const counterExample = violation === undefined ? undefined : { actions, violation };
      if (counterExample !== undefined)
        return { states: states + actions.length, depth: actions.length, isComplete: false, counterExample };
      world = step.world;
    }
    states += actions.length;
    depth = Math.max(depth, actions.length);
  }
  return { states, depth, isComplete: false };
}

function wayTo(visit: Visit): string[] {
  const actions: string[] = [];
  for (let at: Visit | undefined = visit; at.from !== undefined; at = at.from) actions.unshift(at.says);
  return actions;
}

/** 53 bits of a world's text (cyrb53): among a million worlds two meet once in ten thousand explorations. */
function hash(world: World): number {
  const text = JSON.stringify(world);
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  const multiply = Math.imul;
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    high = multiply(high ^ code, 2654435761);
    low = multiply(low ^ code, 1597334677);
  }
  high = multiply(high ^ (high >>> 16), 2246822507) ^ multiply(low ^ (low >>> 13), 3266489909);
  low = multiply(low ^ (low >>> 16), 2246822507) ^ multiply(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
