import { setTimeout as sleep } from 'node:timers/promises';

import type { BulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { refreshIndex } from '../../elasticsearch/index/refresh-index';
import { withTransaction } from '../../postgres/connection/transaction';
import { lockTable } from '../../postgres/rows/lock-tables';
import { readMoment } from '../../postgres/server/read-moment';
import { SyncFailure } from '../../sync/failures';
import { describeRejections, rejectionRemedy } from '../../sync/rejection-guard';
import { toRelationFailure } from '../../sync/relation-failure';
import { isHintVisible } from '../../sync/unseen-transactions';
import type { OpenConnector } from '../connector/connector-registry';
import { projectSource } from '../plan/project-source';
import type { Alarm } from './alarm';
import type { PendingHints, TakenHints } from './batches/pending-hints';
import { refreshSoon } from './batches/refresh-soon';
import { settleLetters } from './batches/settle-letters';
import type { StreamVersions } from './batches/stream-versions';
import { type StreamTarget, writeHinted, type WrittenHints } from './batches/write-hinted';
import type { ContinuousSettings } from './examine-source';
import type { FollowScope, Voice } from './follow-scope';
import type { Roster } from './followed-roster';
import type { GatheredGaps } from './gather-gaps';
import type { HintCount } from './hint-source';
import { type KnownFiles, REWRITTEN } from './known-files';
import type { OpenStream } from './open-stream';

/** Keys that are read in one transaction. */
const KEYS_PER_BATCH = 5_000;
/**
 * Milliseconds for which hints are gathered, so that several of one key, or page, are read once. A batch costs as much CPU
 * as some hundred rows: where many come, they are ten a second rather than one every few milliseconds.
 */
const WINDOW_MS = { shortest: 25, aHint: 1, longest: 100 };
/** Milliseconds until another look where no snapshot sees anything yet: a commit may wait for a standby for long. */
const UNSEEN_MS = 50;
/** Batches that Elasticsearch works on at a time. */
const BATCHES_IN_FLIGHT = 4;
const MICROSECONDS_PER_MS = 1_000;
/** Hints of all relations above which PostgreSQL has to wait, and below which it goes on. */
const PAUSE_ABOVE = 250_000;
const RESUME_BELOW = 100_000;

/** Everything that the loop of batches works with. */
export interface Applying {
  readonly connector: OpenConnector;
  readonly stream: OpenStream;
  readonly settings: ContinuousSettings;
  readonly scope: FollowScope;
  readonly voice: Voice;
  readonly roster: Roster;
  readonly files: KnownFiles;
  readonly pending: PendingHints;
  readonly came: HintCount;
  readonly alarm: Alarm;
  readonly versions: StreamVersions;
  /** Number of documents that had a newer version. */
  readonly conflicts: { count: number };
  readonly gaps: Pick<GatheredGaps, 'areAsked' | 'add'>;
  readonly writer: BulkWriter;
  /** Bounds what the stream deletes, see `limitDeletions`. */
  readonly mayDelete: StreamTarget['mayDelete'];
}

/** Reads hinted rows again, batch by batch, and writes their documents, until the scope's signal ends it. */
export async function applyHints(applying: Applying): Promise<never> {
  const { connector, pending, scope, stream, voice, alarm, came } = applying;
  const { elasticsearch } = connector;
  const { index, concreteIndex, behindAlias } = stream.job;
  const inFlight = new Set<Promise<void>>();
  const refresher = refreshSoon(applying.settings.refreshInterval, () => {
    refreshIndex(elasticsearch, behindAlias ? index : concreteIndex).catch((error: unknown) => {
      if (!scope.signal.aborted) voice.end(error);
    });
  });
  const { mayDelete, writer } = applying;
  const target = {
    ...{ connector, job: stream.job, writer, signal: scope.signal, mayDelete },
    settleLetters: settleLetters(connector, stream.job, scope.signal),
  };
  const settle = settler(applying);
  let isPaused = false;
  const pace = () => {
    const size = pending.size();
    if (!isPaused && size > PAUSE_ABOVE) stream.source.pause();
    else if (isPaused && size < RESUME_BELOW) stream.source.resume();
    isPaused = isPaused ? size >= RESUME_BELOW : size > PAUSE_ABOVE;
  };
  const confirm = () => {
    // What only a sync brings is not applied: whoever sees WAL confirmed can rely on the sync being asked for.
    if (applying.gaps.areAsked()) stream.source.confirm(pending.oldest() ?? came.received());
  };
  try {
    for (;;) {
      if (pending.size() === 0) confirm();
      await alarm.untilRung(scope.signal);
      pace();
      if (pending.size() === 0) continue;
      await gather(pending.size(), scope.signal);
      const batch = await readBatch(applying, target);
      if (pending.size() > 0) alarm.ring();
      if (batch === undefined) {
        await sleep(UNSEEN_MS, undefined, { signal: scope.signal });
        continue;
      }
      const acknowledged = settle(batch).then(
        () => {
          refresher.written();
          confirm();
          inFlight.delete(acknowledged);
        },
        (error: unknown) => {
          inFlight.delete(acknowledged);
          voice.end(error);
        },
      );
      inFlight.add(acknowledged);
      if (inFlight.size >= BATCHES_IN_FLIGHT) await Promise.race(inFlight);
    }
  } finally {
    refresher.stop();
    await Promise.allSettled(inFlight);
  }
}

/** @param waiting - hints that wait by now, most of which came while the batch before was read */
async function gather(waiting: number, signal: AbortSignal): Promise<void> {
  if (waiting >= KEYS_PER_BATCH) return;
  const { shortest, aHint, longest } = WINDOW_MS;
  await sleep(Math.min(longest, Math.max(shortest, waiting * aHint)), undefined, { signal });
}

interface Batch {
  readonly taken: readonly TakenHints[];
  readonly acknowledged: readonly Promise<WrittenHints>[];
  readonly conflicts: number;
}

/** @returns undefined where no snapshot sees any of the hints' transactions yet, or a relation can't be read any more */
async function readBatch(
  { connector, stream: { probe }, pending, versions, conflicts, scope, voice, roster, files, gaps }: Applying,
  target: StreamTarget,
): Promise<Batch | undefined> {
  let taken: readonly TakenHints[] = [];
  let reading = '';
  const begun = performance.now();
  const work = withTransaction(
    connector.source,
    async (tx) => {
      const { snapshot, clock } = await readMoment(tx);
      let unseen = 0;
      taken = pending.take(KEYS_PER_BATCH, ({ xid }) => {
        const isVisible = isHintVisible(xid, snapshot);
        if (!isVisible) unseen += 1;
        return isVisible;
      });
      if (unseen > 0) {
        connector.meter.stream.putBack(unseen);
        voice.show({ putBack: voice.state().putBack + unseen });
      }
      if (taken.length === 0) return undefined;
      const version = await versions.choose(clock);
      const before = conflicts.count;
      const acknowledged: Promise<WrittenHints>[] = [];
      for (const group of taken) {
        const projected = roster.find(group.relation);
        if (projected === undefined) continue;
        reading = group.relation;
        const { relation } = projected;
        const { definition, files: filesNow, isExchanged } = await lockTable(tx, relation, probe.versionNumber);
        if (isExchanged || definition !== relation.definition) throw altered(group.relation);
        if (files.haveChanged(filesNow, begun)) {
          // The snapshot is older than the rows that are there now: it would see none.
          gaps.add(group.relation, REWRITTEN);
          continue;
        }
        // Where PostgreSQL does not tell when a row was committed, `_timestamp` is when it was read.
        const readAt = new Date(clock / MICROSECONDS_PER_MS).toISOString();
        const now = probe.trackCommitTimestamp
          ? projected
          : projectSource(connector.settings, projected, probe, readAt);
        acknowledged.push((await writeHinted(tx, target, now, group, version)).acknowledged);
      }
      return { taken, acknowledged, conflicts: before };
    },
    { isolation: 'repeatable read', statementTimeoutMs: 0, activity: 'reading rows', signal: scope.signal },
  );
  return work.catch((error: unknown) => {
    const failure = toRelationFailure(error);
    if (failure === undefined) throw error;
    // Nothing is known of its rows: the others are read again without it.
    pending.settle(taken, true);
    roster.leave(reading, failure.message);
    return undefined;
  });
}

/** Waits for Elasticsearch; where a document had a newer version than was thought, all keys are read once more. */
function settler({ connector, pending, voice, conflicts, alarm, came }: Applying) {
  const { id, limits } = connector.settings;
  let read = 0;
  let rejected = 0;
  return async ({ taken, acknowledged, conflicts: before }: Batch): Promise<void> => {
    const outcomes = await Promise.all(acknowledged);
    const isBehind = conflicts.count > before;
    const hints = taken.flatMap((group) => group.hints);
    pending.settle(taken, isBehind);
    const sum = (what: 'written' | 'deleted' | 'rejected' | 'dropped') =>
      outcomes.reduce((total, outcome) => total + outcome[what], 0);
    const { written, deleted, dropped = 0, putBack } = voice.state();
    const oldest = hints.reduce((least, { committedAt }) => Math.min(least, committedAt), Infinity);
    const delayMs = Math.max(0, Math.round(Date.now() - oldest / MICROSECONDS_PER_MS));
    connector.meter.stream.settled(hints.length, delayMs);
    if (isBehind) connector.meter.stream.putBack(hints.length);
    voice.show({
      hints: came.count(),
      written: written + sum('written'),
      deleted: deleted + sum('deleted'),
      dropped: dropped + sum('dropped'),
      putBack: putBack + (isBehind ? hints.length : 0),
      pending: pending.size(),
      delayMs,
    });
    if (isBehind) alarm.ring();
    read += hints.length;
    rejected += sum('rejected');
    if (rejected > limits.maxRejected) {
      const message = describeRejections(id, { read, rejected }, limits.maxRejected);
      throw new SyncFailure('TooManyRejections', message, rejectionRemedy(id));
    }
  };
}

function altered(relation: string): SyncFailure {
  return new SyncFailure('SourceChanged', `${relation} has been altered while its changes were followed`);
}
