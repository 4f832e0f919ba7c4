import { type Bench, take } from './bench';
import { prepareBodies, type Prepared, readAll, sendAll } from './ceilings';
import { rateOf, type Sample } from './sample';
import type { Stage } from './stage';

/** Requests in flight that are tried. */
const CONNECTIONS = [1, 2, 4, 8];

/**
 * (a) PostgreSQL alone, (b) Elasticsearch alone, (b+) both at the same time until both are done: they share the cores
 * with each other, so that no sync can be faster than (b+).
 * @returns documents a second of (b+); undefined when it was not asked for
 */
export async function measureCeilings(bench: Bench, connectorId: string): Promise<number | undefined> {
  const { stage } = bench;
  const read = () => readAll(stage, connectorId);
  await take(bench, { id: 'a', what: 'PostgreSQL alone: COPY into nothing', run: read });
  if (bench.only.length > 0 && !bench.only.some((id) => id.startsWith('b'))) return undefined;
  const prepared = await prepareBodies(stage, connectorId);
  const send = (connections: number) => sendAll(stage, connectorId, prepared, connections);
  const best = await findBest(stage, connectorId, prepared);
  await take(bench, { id: 'b', what: `Elasticsearch alone: prepared bulks, ${best} in flight`, run: () => send(best) });
  const both = await take(bench, {
    id: 'b+',
    what: 'both at the same time',
    run: () => runBoth(read, () => send(best)),
  });
  return both === undefined ? undefined : rateOf(both.median);
}

/** The ceiling (b+) of another table, taken once: for the share that its first sync reaches. */
export async function estimateCeiling({ stage }: Bench, connectorId: string, connections = 2): Promise<number> {
  const prepared = await prepareBodies(stage, connectorId);
  const send = () => sendAll(stage, connectorId, prepared, connections);
  return rateOf(await runBoth(() => readAll(stage, connectorId), send));
}

/** Tries with a quarter of the documents. */
async function findBest(stage: Stage, connectorId: string, { bodies, documents }: Prepared): Promise<number> {
  const some = { bodies: bodies.slice(0, Math.ceil(bodies.length / 4)), documents: documents / 4 };
  let best = { connections: 1, seconds: Infinity };
  await sendAll(stage, connectorId, some, 1);
  for (const connections of CONNECTIONS) {
    const { seconds } = await sendAll(stage, connectorId, some, connections);
    if (seconds < best.seconds) best = { connections, seconds };
  }
  return best.connections;
}

async function runBoth(read: () => Promise<Sample>, send: () => Promise<Sample>): Promise<Sample> {
  const started = performance.now();
  const [, sent] = await Promise.all([read(), send()]);
  return { ...sent, seconds: (performance.now() - started) / 1_000 };
}
