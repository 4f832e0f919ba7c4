import type { Parameters } from 'fast-check';

/**
 * Cases of a fuzz test and the seed they are drawn from, which is printed: `PGFERRY_FUZZ_SEED` draws the same ones
 * again, `PGFERRY_FUZZ_RUNS` (which `npm run fuzz` sets) says how many.
 */
export function fuzzing(subject: string, runs = 2_000): Parameters<unknown> {
  const numRuns = Number(process.env['PGFERRY_FUZZ_RUNS'] ?? runs);
  const seed = Number(process.env['PGFERRY_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
  process.stderr.write(`fuzz: ${subject}: ${numRuns} cases, seed ${seed}\n`);
  return { numRuns, seed };
}
