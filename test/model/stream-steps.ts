import { isHintVisible, type SnapshotList } from '../../src/sync/unseen-transactions';
import { chooseVersion } from '../../src/sync/write-version';
import { BETWEEN_WRITERS, claimForStream } from './claims';
import type { Mistake } from './mistakes';
import { orphan } from './postgres';
import { type Hint, type Request, spend, type Step, type Stream, type World } from './world';

/**
 * The specification of the stream: its slot gives hints of keys, rows are read again, a gap is closed by a sync that
 * begins once the slot is there. What is a pure decision here belongs to `src/sync` when the stream is written.
 */
export function* continueStream(world: World, mistake?: Mistake): Generator<Step> {
  const { stream, frozen } = world;
  // The first sync comes before any stream.
  if (world.left.streams > 0 && world.state !== null) yield startStream(world, mistake);
  if (frozen !== null && frozen.hints.length > 0) yield thaw(world, frozen);
  if (stream === null) return;
  const ready = stream.hints.filter(({ xid }) => mistake === 'unseen hint' || isHintVisible(xid, snapshotList(world)));
  if (stream.awaits.length === 0 && stream.reading.length === 0 && ready.length > 0)
    yield readBatch(world, stream, ready, mistake);
  if (world.left.deaths > 0) {
    yield {
      says: 'the stream dies',
      world: {
        ...world,
        stream: null,
        following: false,
        requests: world.requests.map((request) => (request.from === 'stream' ? orphan(request) : request)),
        left: spend(world.left, 'deaths'),
      },
    };
  }
}

/** A delivered commit may not be visible yet: then its key is put back. */
function snapshotList({ transactions, nextXid }: World): SnapshotList {
  return { next: BigInt(nextXid), running: transactions.map(({ xid }) => BigInt(xid)) };
}

function startStream(world: World, mistake: Mistake | undefined): Step {
  const awaits = mistake === 'hasty slot' ? [] : world.transactions.map(({ xid }) => xid);
  const says =
    world.stream === null ? 'a stream makes its slot' : 'the stream’s worker freezes, and another one makes a slot';
  const { state } = world;
  return {
    says: `${says}${awaits.length > 0 ? `, which waits for ${awaits.join(', ')}` : ''}`,
    world: {
      ...world,
      stream: { awaits, hints: [], reading: [], version: 0 },
      frozen: world.stream ?? world.frozen,
      // A sync that runs began before this slot.
      sync: world.sync && { ...world.sync, closesGap: false, isBesideStream: true },
      following: false,
      state: state && claimForStream(world, state, mistake),
      requests: world.requests.map((request) => (request.from === 'stream' ? orphan(request) : request)),
      left: spend(world.left, 'streams'),
    },
  };
}

/** A frozen worker wakes up: it reads as of now, and writes with a version of now, until it hears that it is replaced. */
function thaw(world: World, frozen: Stream): Step {
  const { world: read } = readBatch({ ...world, stream: frozen }, frozen, frozen.hints);
  return {
    says: 'the frozen worker wakes up and reads its hints once more',
    world: {
      ...read,
      stream: world.stream,
      frozen: null,
      requests: read.requests.map((request, place) => (place < world.requests.length ? request : orphan(request))),
    },
  };
}

/**
 * Its version is of the moment of its snapshot, above that of every sync that began before, also where the clock stepped
 * back; it is saved before anything is written with it.
 */
function readBatch(world: World, stream: Stream, ready: readonly Hint[], mistake?: Mistake): Step {
  const floors = mistake === 'stream by the clock alone' ? [] : [stream.version, world.state?.version];
  const version = chooseVersion(world.clock, floors);
  const keys = [...new Set(ready.map(({ key }) => key))];
  const requests = keys.map((key): Request => ({
    key,
    xid: world.rows[key]?.xid ?? null,
    definition: world.definition,
    version,
    into: 'documents',
    from: 'stream',
    orphaned: false,
  }));
  const { state } = world;
  return {
    says: `the stream reads ${keys.map((key) => `row ${key}`).join(', ')} again`,
    world: {
      ...world,
      clock: world.clock + BETWEEN_WRITERS,
      requests: [...world.requests, ...requests],
      state: state && { ...state, version: Math.max(state.version, version) },
      stream: {
        ...stream,
        version,
        hints: stream.hints.filter((hint) => !ready.includes(hint)),
        reading: ready,
      },
    },
  };
}
