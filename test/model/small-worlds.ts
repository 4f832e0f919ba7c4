import type { Mistake } from './mistakes';
import { type Budget, createWorld, type World } from './world';

const NOTHING: Budget = {
  writes: 0,
  syncs: 0,
  rebuilds: 0,
  streams: 0,
  deaths: 0,
  doubles: 0,
  forgotten: 0,
  failovers: 0,
  redefinitions: 0,
  exchanges: 0,
  stepsBack: 0,
};

/** A world small enough to look at all of it, and the mistakes that it is large enough to find. */
export interface SmallWorld {
  readonly name: string;
  readonly start: World;
  readonly finds: readonly Mistake[];
}

function small(name: string, left: Partial<Budget>, finds: readonly Mistake[]): SmallWorld {
  return { name, start: createWorld(1, 1, { ...NOTHING, ...left }), finds };
}

export const SMALL_WORLDS: readonly SmallWorld[] = [
  small('two writes and two syncs', { writes: 2, syncs: 2 }, [
    'late horizon',
    'no catch-up',
    'after, not at',
    'ended is seen',
    'open forgotten',
    'unanswered writes',
  ]),
  small('a sync that is broken off, and a definition that comes back', { syncs: 3, redefinitions: 2, deaths: 1 }, [
    'watermark kept',
  ]),
  small('a failover that loses a transaction', { writes: 2, syncs: 2, failovers: 1 }, ['other timeline trusted']),
  small('a clock that steps back', { writes: 1, syncs: 2, stepsBack: 1 }, ['clock alone']),
  small(
    'a request that arrives twice, and a deletion that is forgotten',
    { writes: 1, syncs: 2, doubles: 1, forgotten: 1 },
    ['deletions forgotten'],
  ),
  small('a request that arrives twice, and a row that comes back', { writes: 2, syncs: 3, doubles: 1 }, [
    'delete without a version',
  ]),
  small('a stream', { writes: 1, syncs: 2, streams: 1 }, ['unseen hint', 'early gap sync', 'hasty slot']),
  {
    name: 'a stream, after a sync whose clock ran ahead',
    start: {
      ...createWorld(1, 0, { ...NOTHING, writes: 2, syncs: 1, streams: 1 }),
      state: { version: 50_000, timeline: 1, definition: 0, leaves: 0, since: { watermark: '2' } },
    },
    finds: ['stream by the clock alone'],
  },
  small('a stream, and a rebuild', { writes: 1, syncs: 3, rebuilds: 1, streams: 1 }, ['gap after a rebuild']),
  small('two streams, the first of them frozen', { writes: 1, syncs: 2, streams: 2 }, []),
  {
    name: 'a definition that changes under a stream and a sync',
    start: {
      ...createWorld(1, 1, { ...NOTHING, writes: 1, syncs: 2, streams: 2, redefinitions: 1 }),
      documents: [{ xid: 1, definition: 0, version: 500 }],
      state: { version: 599, timeline: 1, definition: 0, leaves: 0, since: { watermark: '2' }, synced: 500 },
    },
    finds: ['definition unclaimed'],
  },
  {
    name: 'rows that are exchanged under a stream and a sync',
    start: {
      ...createWorld(1, 1, { ...NOTHING, writes: 1, syncs: 2, streams: 1, exchanges: 1 }),
      documents: [{ xid: 1, definition: 0, version: 500 }],
      state: { version: 599, timeline: 1, definition: 0, leaves: 0, since: { watermark: '2' }, synced: 500 },
    },
    finds: ['exchange unclaimed'],
  },
  small('a stream that dies', { writes: 1, syncs: 2, streams: 2, deaths: 1 }, []),
];

/** Of everything some: too large to look at all of it. */
export const LARGE_WORLD = createWorld(3, 1, {
  writes: 8,
  syncs: 6,
  rebuilds: 1,
  streams: 3,
  deaths: 3,
  doubles: 3,
  forgotten: 2,
  failovers: 1,
  redefinitions: 2,
  exchanges: 1,
  stepsBack: 1,
});
