import { setTimeout as sleep } from 'node:timers/promises';

import type { BulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { refreshIndex } from '../../elasticsearch/index/refresh-index';
import { withTransaction } from '../../postgres/connection/transaction';
import { requireDefinitions } from '../../postgres/rows/copy-by-keys';
import { readMoment } from '../../postgres/server/read-moment';
import { isHintVisible } from '../../sync/unseen-transactions';
import type { OpenConnector } from '../connector/connector-registry';
import type { Alarm } from './alarm';
import type { FollowScope, Voice } from './follow-scope';
import { limitDeletions } from './limit-deletions';
import type { ContinuousSettings, OpenStream } from './open-stream';
import type { PendingHints, TakenHints } from './pending-hints';
import type { HintReceiver } from './receive-hints';
import type { StreamVersions } from './stream-versions';
import { writeHinted, type WrittenHints } from './write-hinted';

/** Keys that are read in one transaction. */
const KEYS_PER_BATCH = 5_000;
/** Milliseconds for which hints are gathered, so that several of one key, or page, are read once. */
const WINDOW_MS = 15;
/** Batches that Elasticsearch works on at a time. */
const BATCHES_IN_FLIGHT = 4;
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
  readonly pending: PendingHints;
  readonly receiver: HintReceiver;
  readonly alarm: Alarm;
  readonly versions: StreamVersions;
  /** Number of documents that had a newer version. */
  readonly conflicts: { count: number };
  readonly writer: BulkWriter;
  readonly addGap: (relation: string, reason: string) => void;
}

/** Reads hinted rows again, batch by batch, and writes their documents, until the scope's signal ends it. */
export async function applyHints(applying: Applying): Promise<never> {
  const { pending, scope, stream, voice, alarm, receiver } = applying;
  const inFlight = new Set<Promise<void>>();
  const refresher = startRefreshing(applying);
  const target = {
    connector: applying.connector,
    job: stream.job,
    writer: applying.writer,
    signal: scope.signal,
    mayDelete: limitDeletions(applying.connector, stream.job, applying.addGap),
  };
  let isPaused = false;
  const pace = () => {
    const size = pending.size();
    if (!isPaused && size > PAUSE_ABOVE) stream.replication.pause();
    else if (isPaused && size < RESUME_BELOW) stream.replication.resume();
    isPaused = isPaused ? size >= RESUME_BELOW : size > PAUSE_ABOVE;
  };
  const confirm = () => {
    stream.replication.confirm(pending.oldest() ?? receiver.received());
  };
  try {
    for (;;) {
      if (pending.size() === 0) confirm();
      await alarm.untilRung(scope.signal);
      pace();
      if (pending.size() === 0) continue;
      if (pending.size() < KEYS_PER_BATCH) await sleep(WINDOW_MS, undefined, { signal: scope.signal });
      const batch = await readBatch(applying, target);
      if (pending.size() > 0) alarm.ring();
      if (batch === undefined) continue;
      const acknowledged = settleBatch(applying, batch).then(
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

interface Batch {
  readonly taken: readonly TakenHints[];
  readonly acknowledged: readonly Promise<WrittenHints>[];
  readonly conflicts: number;
}

/** @returns undefined where no snapshot sees any of the hints' transactions yet */
async function readBatch(
  { connector, stream, pending, versions, conflicts, scope, voice }: Applying,
  target: Parameters<typeof writeHinted>[1],
): Promise<Batch | undefined> {
  const byName = new Map(stream.followed.map((projected) => [projected.name, projected]));
  return withTransaction(
    connector.source,
    async (tx) => {
      const { snapshot, clock } = await readMoment(tx);
      let unseen = 0;
      const taken = pending.take(KEYS_PER_BATCH, ({ xid }) => {
        const isVisible = isHintVisible(xid, snapshot);
        if (!isVisible) unseen += 1;
        return isVisible;
      });
      if (unseen > 0) voice.show({ putBack: voice.state().putBack + unseen });
      if (taken.length === 0) return undefined;
      const version = await versions.choose(clock);
      const before = conflicts.count;
      const relations = taken.flatMap(({ relation }) => byName.get(relation) ?? []);
      await requireDefinitions(
        tx,
        relations.map(({ relation }) => relation),
      );
      const acknowledged: Promise<WrittenHints>[] = [];
      for (const group of taken) {
        const projected = byName.get(group.relation);
        if (projected !== undefined)
          acknowledged.push((await writeHinted(tx, target, projected, group, version)).acknowledged);
      }
      return { taken, acknowledged, conflicts: before };
    },
    { isolation: 'repeatable read', statementTimeoutMs: 0, activity: 'reading rows', signal: scope.signal },
  );
}

/** Waits for Elasticsearch; where a document had a newer version than was thought, all keys are read once more. */
async function settleBatch(
  { pending, voice, conflicts, alarm, receiver }: Applying,
  { taken, acknowledged, conflicts: before }: Batch,
): Promise<void> {
  const outcomes = await Promise.all(acknowledged);
  const isBehind = conflicts.count > before;
  const hints = taken.flatMap((group) => group.hints);
  pending.settle(taken, isBehind);
  const { written, deleted, putBack } = voice.state();
  const oldest = Math.min(...hints.map(({ committedAt }) => committedAt));
  voice.show({
    hints: receiver.count(),
    written: written + outcomes.reduce((sum, outcome) => sum + outcome.written, 0),
    deleted: deleted + outcomes.reduce((sum, outcome) => sum + outcome.deleted, 0),
    putBack: putBack + (isBehind ? hints.length : 0),
    pending: pending.size(),
    delayMs: Math.max(0, Math.round(Date.now() - oldest / 1_000)),
  });
  if (isBehind) alarm.ring();
}

/** Makes what was written found, more often than the index does by itself. */
function startRefreshing({ connector, stream: { job }, settings, voice, scope }: Applying) {
  const { refreshInterval: everyMs } = settings;
  if (everyMs === undefined) return { written: () => undefined, stop: () => undefined };
  let timer: NodeJS.Timeout | undefined;
  const refresh = () => {
    timer = undefined;
    refreshIndex(connector.elasticsearch, job.behindAlias ? job.index : job.concreteIndex).catch((error: unknown) => {
      if (!scope.signal.aborted) voice.end(error);
    });
  };
  return {
    written: () => {
      timer ??= setTimeout(refresh, everyMs);
    },
    stop: () => {
      clearTimeout(timer);
    },
  };
}
