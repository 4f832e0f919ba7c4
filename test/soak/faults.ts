import { type Fault, pause } from './fault';
import { INDEX_FAULTS } from './index-faults';
import type { Random } from './random';
import type { MortalServer } from './servers';
import { SOURCE_FAULTS } from './source-faults';

const KNOWN = {
  'worker killed': {
    route: 'direct',
    strike: async ({ worker }, random) => {
      await worker.kill();
      const seconds = await pause(random, 0, 3);
      await worker.start();
      return `new one after ${seconds} s`;
    },
  },
  'worker stopped': {
    route: 'direct',
    strike: async ({ worker }) => {
      await worker.stop();
      await worker.start();
      return 'new one at once';
    },
  },
  'elasticsearch killed': {
    route: 'direct',
    strike: ({ servers }, random) => killServer(servers.elasticsearch, 'SIGKILL', random),
  },
  'postgres killed': {
    route: 'direct',
    strike: ({ servers }, random) => killServer(servers.postgres, random.pick(['SIGKILL', 'SIGQUIT']), random),
  },
  'temporal killed': {
    route: 'direct',
    // Now and then longer than a heartbeat may be late, and than Temporal's client tries again.
    strike: ({ servers }, random) => killServer(servers.temporal, 'SIGKILL', random, random.chance(0.3) ? 40 : 5),
  },
  'postgres cut': {
    route: 'proxied',
    strike: ({ servers }, random) => cutRepeatedly(servers.postgresProxy, random),
  },
  'postgres delayed': {
    route: 'proxied',
    strike: ({ servers }, random) => holdForAWhile(servers.postgresProxy, random),
  },
  'elasticsearch cut': {
    route: 'proxied',
    strike: ({ servers }, random) => cutRepeatedly(servers.elasticsearchProxy, random),
  },
  'elasticsearch delayed': {
    route: 'proxied',
    strike: ({ servers }, random) => holdForAWhile(servers.elasticsearchProxy, random),
  },
  'answers 429': {
    route: 'proxied',
    during: ['copyPartitions', 'catchUpRelations', 'deleteStaleDocuments'],
    strike: async ({ servers: { elasticsearchFaults } }, random) => {
      let refused = 0;
      elasticsearchFaults.fault = ({ url }) => {
        if (!url.includes('_bulk') || !random.chance(0.9)) return undefined;
        refused += 1;
        return { status: 429, body: TOO_MANY_REQUESTS };
      };
      const seconds = await pause(random, 2, 15);
      elasticsearchFaults.fault = () => undefined;
      return `${refused} bulks in ${seconds} s`;
    },
  },
  'answers lost': {
    route: 'proxied',
    strike: async ({ servers: { elasticsearchFaults } }, random) => {
      let lost = 0;
      elasticsearchFaults.fault = () => {
        if (!random.chance(0.5)) return undefined;
        lost += 1;
        return 'lose the answer';
      };
      const seconds = await pause(random, 2, 10);
      elasticsearchFaults.fault = () => undefined;
      return `${lost} in ${seconds} s`;
    },
  },
  ...SOURCE_FAULTS,
  ...INDEX_FAULTS,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof KNOWN;

/** Every fault that a round may have. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = KNOWN;

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** As Elasticsearch says it when its queue of writes is full. */
const TOO_MANY_REQUESTS = JSON.stringify({
  error: { type: 'es_rejected_execution_exception', reason: 'rejected execution of coordinating operation' },
  status: 429,
});

/** @param most - seconds that it may be away */
async function killServer(
  server: MortalServer,
  signal: 'SIGKILL' | 'SIGQUIT',
  random: Random,
  most = 5,
): Promise<string> {
  await server.kill(signal);
  const seconds = await pause(random, 0, most);
  await server.start();
  return `${signal}, started after ${seconds} s`;
}

async function cutRepeatedly({ cut }: { readonly cut: () => void }, random: Random): Promise<string> {
  const times = random.between(1, 8);
  for (let time = 0; time < times; time += 1) {
    cut();
    await pause(random, 0, 1.5);
  }
  return `${times} times`;
}

async function holdForAWhile(
  proxy: { readonly hold: () => void; readonly release: () => void; readonly cut: () => void },
  random: Random,
): Promise<string> {
  proxy.hold();
  const seconds = await pause(random, 2, 15);
  const isCut = random.chance(0.3);
  if (isCut) proxy.cut();
  proxy.release();
  return `by ${seconds} s${isCut ? ', then cut' : ''}`;
}
