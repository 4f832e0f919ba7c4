import type { ConnectorDetails, ConnectorStatus, StreamStatus } from '../../src/connector-status/connector-status';
import type { StatusSource } from '../../src/connector-status/status-source';
import type { FoundStream } from '../../src/jobs/find-stream';
import type { ListedJob } from '../../src/jobs/list-jobs';

/** A name that would be markup, were it not written as text. */
export const HOSTILE_NAME = `<img src=x onerror="document.title='taken over'">'"&</article><script>alert(1)</script>`;

const HOUR_MS = 3_600_000;
const NOW = Date.now();

function createJob(connectorId: string, index: number, status: string): ListedJob {
  const startedAt = new Date(NOW - (13 - index) * HOUR_MS);
  const durationMs = 4_000 + ((index * 7_919) % 20_000);
  return {
    ...{ connectorId, workflowId: `sync-${connectorId}`, runId: `run-${connectorId}-${index}`, status, startedAt },
    ...(status === 'running' ? {} : { closedAt: new Date(startedAt.getTime() + durationMs) }),
    memo: {
      jobType: index % 6 === 0 ? 'full' : 'incremental',
      index: `search-${connectorId}`,
      ...(status === 'completed'
        ? {
            indexed: (index * 104_729) % 50_000,
            deleted: (index * 31) % 400,
            rejected: index % 5 === 0 ? 3 : 0,
            dropped: 0,
          }
        : {}),
    },
  };
}

/** A connector as it may be: with twelve syncs, of which the last one came to a state. */
export function createSampleConnector(id: string, state: string): ConnectorStatus {
  const last = state === 'never' ? [] : [state];
  const states = state === 'never' ? [] : [...Array<string>(12).fill('completed'), ...last];
  return {
    ...{ id, index: `search-${id}`, isOwn: state !== 'cancelled', state },
    jobs: states.map((status, index) => createJob(id, index, status)),
    ...(state === 'never' ? {} : { inStepSince: new Date(NOW - HOUR_MS) }),
    nextStarts: state === 'cancelled' ? [] : [{ jobType: 'incremental', at: new Date(NOW + HOUR_MS / 3) }],
  };
}

/** Connectors whose changes are followed, in each of the ways in which that may go. */
const STREAMS: Readonly<Record<string, StreamStatus>> = {
  catalogue: { status: 'running', mode: 'stream' },
  invoices: { status: 'running' },
  new: { status: 'never', mode: 'stream' },
  orders: { status: 'failed', mode: 'stream' },
  [HOSTILE_NAME]: { status: 'running', mode: 'poll' },
  shop: { status: 'running', mode: 'stream' },
};

function createFollowed(id: string, state: string): ConnectorStatus {
  const stream = STREAMS[id];
  return { ...createSampleConnector(id, state), ...(stream === undefined ? {} : { stream }) };
}

/** A connector of each state; and as many others as make up a number. */
export function createSampleConnectors(count: number): ConnectorStatus[] {
  const special = [
    createFollowed('crm', 'failed'),
    createFollowed('orders', 'completed'),
    createFollowed(HOSTILE_NAME, 'completed'),
    createFollowed('catalogue', 'running'),
    createFollowed('invoices', 'cancelled'),
    createFollowed('new', 'never'),
    createFollowed('old', 'never'),
    createFollowed('shop', 'completed'),
  ];
  const others = Array.from({ length: Math.max(0, count - special.length) }, (_, index) =>
    createSampleConnector(`tenant-${String(index + 1).padStart(4, '0')}`, index % 97 === 96 ? 'failed' : 'completed'),
  );
  return [...special, ...others].slice(0, count);
}

function leftOut(id: string) {
  const name = id === HOSTILE_NAME ? HOSTILE_NAME : 'price_history';
  return { relation: `public.${name}`, reason: 'it has no primary key', remedy: '' };
}

/** How a stream goes, as Temporal would say. */
function describeStream({ id, stream }: ConnectorStatus): FoundStream | undefined {
  if (stream === undefined || stream.status === 'never') return undefined;
  const run = { status: stream.status, runId: `run-follow-${id}` };
  if (stream.status === 'failed')
    return {
      ...run,
      closedAt: new Date(NOW - HOUR_MS),
      lastFailure: 'There is no publication pgferry_orders. Run: create publication pgferry_orders for table "orders"',
    };
  // No worker answers for it.
  if (id === 'invoices') return run;
  const isBehind = id === 'catalogue';
  return {
    ...run,
    state: isBehind
      ? { phase: 'catching up', owed: ['more than 100000 keys wait'], closed: 1, failure: 'PostgreSQL went away.' }
      : { phase: 'following', owed: [], closed: 2 },
    stream: {
      ...{ doing: 'reading changes', hints: 128_450, written: 121_003, deleted: 7_447, putBack: 12 },
      ...{ followed: ['public.product'], left: [leftOut(id)], pending: isBehind ? 84_000 : 0 },
      ...(stream.mode === 'poll' ? {} : { retainedBytes: isBehind ? 734_003_200 : 1_468_006 }),
      delayMs: isBehind ? 48_000 : 180,
    },
  };
}

function describeSample(connector: ConnectorStatus): ConnectorDetails {
  const { id, state } = connector;
  const stream = describeStream(connector);
  return {
    ...describeSync(connector),
    ...(stream === undefined ? {} : { stream }),
    ...(state === 'never' ? { indexMemory: id === 'old' ? { writtenAt: new Date(NOW - 400 * HOUR_MS) } : {} } : {}),
  };
}

function describeSync({ id, state }: ConnectorStatus): ConnectorDetails {
  if (state === 'failed')
    return {
      failure: {
        type: 'TooManyRejections',
        message: `Connector ${id}: 1,204 rows of public.orders were rejected, more than max_rejected (1,000).`,
        remedy: '`pgferry rejected list` tells the reasons; correct rows or mapping, or raise max_rejected.',
      },
      refused: [
        {
          relation: 'public.orders',
          rows: 1_204,
          isDropped: false,
          reason: 'failed to parse field [total] of type [byte]',
        },
        { relation: 'public.log', rows: 87, isDropped: true, reason: 'dropped by the ingest pipeline keep-recent' },
      ],
    };
  if (state !== 'running') return { refused: [] };
  const relation = (name: string, read: number) => ({
    ...{
      relation: name,
      read,
      indexed: read - 12,
      unchanged: 0,
      deleted: 0,
      rejected: 0,
      bytes: read * 300,
      seconds: 9,
    },
  });
  return {
    refused: [],
    progress: {
      ...{ phase: 'copy', paused: false, estimatedRows: 2_000_000 },
      relations: [relation('public.product', 1_100_000), relation('public.price', 240_000)],
      pending: [
        {
          activity: 'copyPartitions',
          attempt: 1,
          waits: [
            {
              kind: 'lock',
              reason: 'for a lock on public.price, held by process 4711',
              since: new Date(NOW - 40_000).toISOString(),
            },
          ],
        },
      ],
    },
  };
}

/**
 * A source of the page that knows these connectors; what its buttons do is noted.
 * @param trouble - what it says of Temporal; left out: nothing
 */
export function createSampleSource(
  connectors: readonly ConnectorStatus[],
  pressed: string[] = [],
  trouble?: string,
): StatusSource {
  return {
    overview: () => Promise.resolve({ connectors, ...(trouble === undefined ? {} : { trouble }) }),
    details: (connector) => Promise.resolve(describeSample(connector)),
    control: (connectorId, verb) => {
      pressed.push(`${verb} ${connectorId}`);
      return Promise.resolve();
    },
  };
}
