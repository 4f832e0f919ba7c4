import { findUsableSince, isSameDatabase, type RelationState, type SourceIdentity } from '../../src/sync/index-state';
import type { Since } from '../../src/sync/unseen-transactions';
import { chooseVersion, newestVersion, type PASS, passVersion } from '../../src/sync/write-version';
import { isUnseen } from '../support/is-unseen';
import { BETWEEN_WRITERS, claim } from './claims';
import type { Mistake } from './mistakes';
import { orphan, readHorizon } from './postgres';
import { type Request, type SavedState, spend, type Step, type Stream, type Sync, type World } from './world';

/** What a sync does next, or what becomes of it. */
export function* continueSync(world: World, mistake?: Mistake): Generator<Step> {
  const { sync } = world;
  if (sync === null) {
    if (world.left.syncs === 0) return;
    yield { says: 'a full sync begins', world: beginSync(world, { isFull: true, isRebuild: false }, mistake) };
    yield { says: 'an incremental sync begins', world: beginSync(world, { isFull: false, isRebuild: false }, mistake) };
    if (world.left.rebuilds > 0 && world.state !== null) {
      yield { says: 'a rebuild begins', world: beginSync(world, { isFull: true, isRebuild: true }, mistake) };
    }
    return;
  }
  const next = takeStep(world, sync, mistake);
  if (next !== undefined) yield next;
  if (world.left.deaths === 0) return;
  const requests = world.requests.map((request) => (request.from === 'sync' ? orphan(request) : request));
  const dead = { ...world, requests, left: spend(world.left, 'deaths') };
  yield { says: 'the sync is broken off', world: { ...dead, sync: null, building: null } };
  yield {
    says: 'the worker dies; its activity is tried again',
    world: { ...dead, sync: { ...sync, ...AGAIN[sync.step] } },
  };
}

/** The step that is begun again when an activity is tried again: writes of it may be on their way. */
const AGAIN: Readonly<Record<Sync['step'], Pick<Sync, 'step'>>> = {
  'copy 0': { step: 'copy 0' },
  'copy 1': { step: 'copy 0' },
  'catch up': { step: 'copy 0' },
  survey: { step: 'catch up' },
  heal: { step: 'survey' },
  delete: { step: 'survey' },
  finish: { step: 'survey' },
};

const identityOf = (timeline: number): SourceIdentity => ({ systemIdentifier: '1', database: 'shop', timeline });

type SyncKind = Pick<Sync, 'isFull' | 'isRebuild'>;

function beginSync(world: World, kind: SyncKind, mistake: Mistake | undefined): World {
  const { clock, state, definition } = world;
  const horizon = readHorizon(world, mistake);
  const isTrusted =
    mistake === 'other timeline trusted' ||
    isSameDatabase(state === null ? undefined : identityOf(state.timeline), identityOf(world.timeline));
  const usable =
    isTrusted && !kind.isRebuild && state?.leaves === world.leaves
      ? findUsableSince(savedOf(state), `${definition}`, horizon, state.followed)
      : undefined;
  const version = chooseVersion(clock, mistake === 'clock alone' ? [] : [state?.version]);
  const kept = usable !== undefined || mistake === 'watermark kept' ? state?.since : undefined;
  return {
    ...world,
    clock: clock + BETWEEN_WRITERS,
    // A rebuild says so in the index that it makes, where nobody reads it before it is done.
    state: kind.isRebuild
      ? state
      : claim(
          world,
          {
            version: newestVersion({ version }),
            timeline: state?.timeline ?? world.timeline,
            definition: state?.definition ?? definition,
            leaves: state?.leaves ?? world.leaves,
            ...(kept === undefined ? {} : { since: kept }),
            ...(state?.synced === undefined ? {} : { synced: state.synced }),
            ...followedOf(state),
          },
          'planned',
          mistake,
        ),
    building: kind.isRebuild ? world.rows.map(() => null) : null,
    sync: {
      ...kind,
      version,
      horizon,
      ...(usable === undefined ? {} : { since: usable }),
      step: 'copy 0',
      round: 0,
      missing: [],
      stale: [],
      seen: world.rows.map((row) => [row?.xid ?? null]),
      atRest: world.transactions.length === 0 && world.frozen === null && isIdle(world.stream),
      closesGap: mistake === 'early gap sync' || world.stream?.awaits.length === 0,
      isBesideStream: world.stream !== null || world.frozen !== null,
    },
    left: spend(kind.isRebuild ? spend(world.left, 'rebuilds') : world.left, 'syncs'),
  };
}

function savedOf(state: SavedState | null): RelationState {
  const { since, synced, definition } = state ?? {};
  return { ...since, definition: `${definition}`, ...(synced === undefined ? {} : { version: synced }) };
}

function isIdle(stream: Stream | null): boolean {
  return stream === null || stream.hints.length + stream.reading.length === 0;
}

/** @returns undefined while it waits for answers */
function takeStep(world: World, sync: Sync, mistake: Mistake | undefined): Step | undefined {
  const isAnswered = !world.requests.some(({ from }) => from === 'sync');
  switch (sync.step) {
    case 'copy 0':
      return copy(world, sync, 0, mistake);
    case 'copy 1':
      return copy(world, sync, 1, mistake);
    case 'catch up':
      return isAnswered ? catchUp(world, sync, mistake) : undefined;
    case 'survey':
      return isAnswered && !hasLateRequests(world, sync) ? survey(world, sync) : undefined;
    case 'heal':
      return heal(world, sync);
    case 'delete':
      return isAnswered ? deleteStale(world, sync) : undefined;
    case 'finish':
      return isAnswered || mistake === 'unanswered writes' ? finish(world, sync, mistake) : undefined;
  }
}

/**
 * Requests of a writer that died are there by the time of the survey, or never come. So are, before a rebuild ends, those
 * that arrive twice: the new index remembers none of the old one's deletions.
 */
function hasLateRequests({ requests }: World, { isRebuild }: Sync): boolean {
  return requests.some(
    ({ orphaned, from, into }) => orphaned || (isRebuild && from === 'nobody' && into === 'documents'),
  );
}

/** Whether a moment leaves a transaction to be read. */
const isFrom = (xid: number, since: Since, mistake: Mistake | undefined) =>
  isUnseen(BigInt(mistake === 'after, not at' ? xid - 1 : xid), since);

function copy(world: World, sync: Sync, place: 0 | 1, mistake: Mistake | undefined): Step {
  const { since } = sync;
  const keys = keysOf(
    world,
    ({ xid, place: at }) => at === place && (since === undefined || isFrom(xid, since, mistake)),
  );
  const isLate = mistake === 'late horizon' && place === 1;
  const next: Sync = {
    ...sync,
    step: place === 0 ? 'copy 1' : 'catch up',
    ...(isLate ? { horizon: readHorizon(world) } : {}),
  };
  return send(world, next, keys, { pass: 'copy', says: `the sync copies place ${place}` });
}

function catchUp(world: World, sync: Sync, mistake: Mistake | undefined): Step {
  const keys = keysOf(world, ({ xid }) => mistake !== 'no catch-up' && isFrom(xid, sync.horizon, mistake));
  return send(world, { ...sync, step: 'survey' }, keys, { pass: 'catchUp', says: 'the sync catches up' });
}

/** Compares ids; an incremental sync only where counts differ. */
function survey(world: World, sync: Sync): Step {
  const { rows } = world;
  const documents = (sync.isRebuild ? world.building : world.documents) ?? [];
  const isRow = (key: number) => (rows[key] ?? null) !== null;
  const isDocument = (key: number) => (documents[key]?.xid ?? null) !== null;
  const keys = [...rows.keys()];
  const isEven = keys.filter(isRow).length === keys.filter(isDocument).length;
  const compares = sync.isFull || !isEven;
  const missing = compares ? keys.filter((key) => isRow(key) && !isDocument(key)) : [];
  const stale = compares ? keys.filter((key) => !isRow(key) && isDocument(key)) : [];
  const step = missing.length + stale.length > 0 ? 'heal' : 'finish';
  return {
    says: compares ? 'the sync compares ids' : 'the sync finds as many documents as rows',
    world: { ...world, sync: { ...sync, step, missing, stale } },
  };
}

function heal(world: World, sync: Sync): Step {
  const keys = sync.missing.filter((key) => (world.rows[key] ?? null) !== null);
  return send(world, { ...sync, step: 'delete', missing: [] }, keys, {
    pass: 'heal',
    says: 'the sync indexes what is missing',
  });
}

function deleteStale(world: World, sync: Sync): Step {
  const keys = sync.stale.filter((key) => (world.rows[key] ?? null) === null);
  return send(world, { ...sync, step: 'finish', stale: [] }, keys, {
    pass: 'deleteStale',
    says: 'the sync deletes what is stale',
  });
}

function finish(world: World, sync: Sync, mistake: Mistake | undefined): Step {
  const { stream, timeline, definition, state } = world;
  const hasGap = stream === null || stream.awaits.length > 0 || !(sync.closesGap || mistake === 'early gap sync');
  // The stream wrote to the old index until now.
  const opensGap = sync.isRebuild && mistake !== 'gap after a rebuild';
  const saved: SavedState = {
    // A stream may have saved a newer version meanwhile.
    version: Math.max(state?.version ?? 0, newestVersion(sync)),
    timeline,
    definition,
    leaves: world.leaves,
    since: sync.horizon,
    synced: sync.version,
    ...followedOf(state),
  };
  return {
    says: 'the sync completes',
    completed: sync,
    world: {
      ...world,
      state: sync.isRebuild ? claim(world, saved, 'planned', mistake) : saved,
      sync: null,
      ...(sync.isRebuild && world.building !== null ? { documents: world.building, building: null } : {}),
      requests: world.requests.map((request) => (request.from === 'sync' ? orphan(request) : request)),
      atRest: sync.atRest,
      following: !opensGap && (world.following || !hasGap),
    },
  };
}

function followedOf(state: SavedState | null): Pick<SavedState, 'followed'> {
  return state?.followed === undefined ? {} : { followed: state.followed };
}

function keysOf({ rows }: World, matches: (row: NonNullable<World['rows'][number]>) => boolean): number[] {
  return [...rows.keys()].filter((key) => {
    const row = rows[key] ?? null;
    return row !== null && matches(row);
  });
}

function send(
  world: World,
  sync: Sync,
  keys: readonly number[],
  { pass, says }: { readonly pass: keyof typeof PASS; readonly says: string },
): Step {
  const requests = keys.map((key): Request => ({
    key,
    xid: pass === 'deleteStale' ? null : (world.rows[key]?.xid ?? null),
    definition: world.definition,
    version: passVersion(sync, pass, sync.round),
    into: sync.isRebuild ? 'building' : 'documents',
    from: 'sync',
    orphaned: false,
  }));
  const what = keys.length === 0 ? 'nothing' : keys.map((key) => `row ${key}`).join(', ');
  return { says: `${says}: ${what}`, world: { ...world, sync, requests: [...world.requests, ...requests] } };
}
