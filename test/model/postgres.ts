import { findUnseen, type Since } from '../../src/sync/unseen-transactions';
import { BETWEEN_WRITERS, claim } from './claims';
import type { Mistake } from './mistakes';
import {
  type Hint,
  replaceAt,
  type Request,
  type Row,
  type SavedState,
  spend,
  type Step,
  type Stream,
  type Transaction,
  type World,
} from './world';

/** The transaction horizon. The log is asked after the snapshot: what is flushed has ended for it, and is not visible yet. */
export function readHorizon({ transactions, nextXid }: World, mistake?: Mistake): Since {
  const watermark = BigInt(Math.min(nextXid, ...transactions.map(({ xid }) => xid)));
  const next = BigInt(nextXid);
  const running = mistake === 'ended is seen' ? [] : transactions.map(({ xid }) => BigInt(xid));
  const open = transactions.flatMap(({ xid, flushed }) => (flushed ? [] : [BigInt(xid)]));
  const unseen = findUnseen({ watermark, next, running, open });
  if (unseen === undefined) return { watermark: watermark.toString() };
  return { watermark: watermark.toString(), unseen: mistake === 'open forgotten' ? { ...unseen, open: [] } : unseen };
}

/** What may happen in PostgreSQL. */
export function* changeDatabase(world: World, mistake?: Mistake): Generator<Step> {
  for (const key of world.rows.keys()) {
    if (world.left.writes > 0 && !world.transactions.some((other) => other.key === key)) yield* beginWrite(world, key);
  }
  for (const transaction of world.transactions) {
    if (transaction.flushed) yield makeVisible(world, transaction);
    else {
      yield flush(world, transaction);
      yield rollBack(world, transaction);
    }
  }
  if (world.left.stepsBack > 0) {
    yield {
      says: 'PostgreSQL’s clock steps back',
      world: { ...world, clock: world.clock - 10_000, left: spend(world.left, 'stepsBack') },
    };
  }
  if (world.left.failovers > 0) yield failOver(world);
  if (world.left.redefinitions > 0) yield* redefine(world, mistake);
  // It waits for the locks of transactions in progress.
  if (world.left.exchanges > 0 && world.transactions.length === 0) yield* exchangeRows(world, mistake);
}

function* beginWrite(world: World, key: number): Generator<Step> {
  const xid = world.nextXid;
  const begin = (place: Transaction['place']): World => ({
    ...world,
    nextXid: xid + 1,
    transactions: [...world.transactions, { xid, key, place, flushed: false }],
    sync: world.sync && { ...world.sync, atRest: false },
    atRest: false,
    left: spend(world.left, 'writes'),
  });
  yield { says: `transaction ${xid} writes row ${key} at place 0`, world: begin(0) };
  yield { says: `transaction ${xid} writes row ${key} at place 1`, world: begin(1) };
  if (world.rows[key] !== null) yield { says: `transaction ${xid} deletes row ${key}`, world: begin(null) };
}

/** Its commit is on disk: the slot that is there tells its stream. */
function flush(world: World, { xid, key }: Transaction): Step {
  return {
    says: `transaction ${xid} commits, which no snapshot sees yet`,
    world: {
      ...world,
      transactions: world.transactions.map((other) => (other.xid === xid ? { ...other, flushed: true } : other)),
      stream: world.stream && tell(world.stream, { key, xid }),
    },
  };
}

/** Before a slot is there it hears of nothing: it has to wait until a snapshot sees what it did not hear of. */
function tell(stream: Stream, hint: Hint): Stream {
  if (stream.awaits.length === 0) return { ...stream, hints: [...stream.hints, hint] };
  return { ...stream, awaits: [...new Set([...stream.awaits, hint.xid])] };
}

function makeVisible(world: World, { xid, key, place }: Transaction): Step {
  const row: Row | null = place === null ? null : { xid, place };
  return {
    says: `transaction ${xid} becomes visible`,
    world: {
      ...endTransaction(world, xid),
      rows: replaceAt(world.rows, key, row),
      standby: { rows: world.rows, nextXid: xid },
      sync: world.sync && {
        ...world.sync,
        seen: world.sync.seen.map((seen, other) => (other === key ? [...seen, row?.xid ?? null] : seen)),
      },
    },
  };
}

function rollBack(world: World, { xid }: Transaction): Step {
  return { says: `transaction ${xid} rolls back`, world: endTransaction(world, xid) };
}

function endTransaction(world: World, xid: number): World {
  const { stream } = world;
  return {
    ...world,
    transactions: world.transactions.filter((other) => other.xid !== xid),
    stream: stream && { ...stream, awaits: stream.awaits.filter((other) => other !== xid) },
  };
}

/** A standby takes over that lacks the last transaction: it gives the same ids out again, on another timeline. */
function failOver(world: World): Step {
  const { rows, nextXid } = world.standby;
  return {
    says: 'a standby takes over, without the last transaction',
    world: {
      ...world,
      timeline: world.timeline + 1,
      rows,
      nextXid,
      transactions: [],
      ...ENDED,
      requests: world.requests.map(orphan),
      left: spend(world.left, 'failovers'),
    },
  };
}

/** Somebody changes the table, or the configuration. */
function redefine(world: World, mistake: Mistake | undefined): Generator<Step> {
  const definition = world.definition === 0 ? 1 : 0;
  const changed = { ...world, definition, left: spend(world.left, 'redefinitions') } as const;
  return noticeChange(changed, `the definition becomes number ${definition}`, mistake);
}

/** Partitions, or whole tables, take the place of others, with rows that are older than any sync. */
function exchangeRows(world: World, mistake: Mistake | undefined): Generator<Step> {
  const leaves = world.leaves + 1;
  const rows = world.rows.map((row) => row && { ...row, xid: -leaves });
  const seen = world.sync?.seen.map((contents, key) => [...contents, rows[key]?.xid ?? null]) ?? [];
  const changed = {
    ...world,
    ...{ leaves, rows, standby: { ...world.standby, rows } },
    sync: world.sync && { ...world.sync, seen },
    left: spend(world.left, 'exchanges'),
  };
  return noticeChange(changed, 'rows are exchanged for older ones', mistake);
}

/** A sync that notices that it changed ends, or plans anew, and a stream ends. */
function* noticeChange(changed: World, says: string, mistake: Mistake | undefined): Generator<Step> {
  yield { says, world: { ...changed, ...ENDED, requests: changed.requests.map(orphan) } };
  const { sync, requests, building, state } = changed;
  if (sync === null) return;
  const { since, ...others } = sync;
  yield {
    says: `${says}${since === undefined ? '' : ', and nothing saved counts'}; the sync plans anew`,
    world: {
      ...changed,
      ...ENDED,
      sync: { ...others, step: 'copy 0', round: sync.round + 1, missing: [], stale: [], atRest: false },
      building,
      state:
        sync.isRebuild || state === null ? state : claim(changed, withoutWatermark(state), 'planned anew', mistake),
      clock: changed.clock + BETWEEN_WRITERS,
      requests: requests.map((request) => (request.from === 'stream' ? orphan(request) : request)),
    },
  };
}

function withoutWatermark(state: SavedState): SavedState {
  const { since, ...others } = state;
  return since === undefined ? state : others;
}

const ENDED = { sync: null, building: null, stream: null, frozen: null, atRest: false, following: false } as const;

/** A request whose writer is no more. */
export function orphan(request: Request): Request {
  return { ...request, from: 'nobody', orphaned: request.orphaned || request.from !== 'nobody' };
}
