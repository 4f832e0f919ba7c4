import { countDocuments } from '../../elasticsearch/documents/count-documents';
import { findPrimary } from '../../postgres/server/find-primary';
import type { StreamState } from '../../sync/wire/follow-state';
import { LOOK_AT_CLAIM_MS, readClock } from '../claims/claim-relations';
import { holdClaims } from '../claims/hold-claims';
import type { OpenConnector } from '../connector/connector-registry';
import { withWriter } from '../copy/with-writer';
import { createAlarm } from './alarm';
import { applyHints } from './apply-hints';
import { limitDeletions } from './batches/limit-deletions';
import { createPendingHints } from './batches/pending-hints';
import { createStreamVersions } from './batches/stream-versions';
import type { ContinuousSettings } from './examine-source';
import type { FollowScope, Voice } from './follow-scope';
import { createRoster } from './followed-roster';
import { gatherGaps } from './gather-gaps';
import { createKnownFiles, REWRITTEN } from './known-files';
import { type OpenStream, openStream } from './open-stream';
import { tell } from './read-again/choose-read-again';
import { readAgainSoon } from './read-again/read-again-soon';
import { untilSeen } from './until-seen';
import { lookAtTarget, watchStream } from './watch-stream';

/** What a stream does that follows. */
const READING = 'reading changes';
const NOTHING_YET: StreamState = { doing: 'starting', hints: 0, written: 0, deleted: 0, putBack: 0, pending: 0 };

/**
 * Follows the changes of a connector until it is ended. Each hint is either applied, which is to say acknowledged by
 * Elasticsearch as it was read in a snapshot that sees the hint's transaction, or followed by an incremental sync that
 * starts after the hint was dropped; so whatever ends this loses nothing, as the next attempt begins with such a sync.
 * @throws SyncFailure whatever ends the stream
 */
export async function followChanges(
  connector: OpenConnector,
  settings: ContinuousSettings,
  scope: FollowScope,
): Promise<void> {
  let state = NOTHING_YET;
  const show = (changed: Partial<StreamState>) => {
    state = { ...state, ...changed };
    scope.show(state);
    const { doing, pending: pendingKeys, retainedBytes = 0 } = state;
    connector.meter.stream.shows(doing === READING ? { pendingKeys, retainedBytes } : undefined);
  };
  const say = (doing: string) => {
    if (state.doing !== doing) show({ doing });
  };
  const ending = new AbortController();
  const end = (reason: unknown) => {
    ending.abort(reason);
  };
  const stop = () => {
    end(scope.signal.reason);
  };
  scope.signal.addEventListener('abort', stop);
  if (scope.signal.aborted) stop();
  const { signal } = ending;
  try {
    // A hint's row is read where its transaction can be seen at once, also where syncs read a standby.
    const source = await findPrimary(connector, signal);
    const reader = { ...connector, source };
    // Promoted, the standby is where rows are written. One that can't be asked keeps syncs waiting, not the stream.
    const isSource = () =>
      findPrimary(connector, signal)
        .then((found) => found === source)
        .catch(() => true);
    const isCurrent = async () => (await scope.isCurrent()) && (await isSource());
    const stream = await openStream(reader, scope.jobId, settings, say, signal);
    try {
      await runStream(reader, settings, stream, { ...scope, isCurrent, signal }, { state: () => state, show, end });
    } finally {
      stream.source.close();
    }
  } finally {
    end(new Error('the stream has ended'));
    scope.signal.removeEventListener('abort', stop);
    connector.meter.stream.shows(undefined);
  }
}

async function runStream(
  connector: OpenConnector,
  settings: ContinuousSettings,
  stream: OpenStream,
  scope: FollowScope,
  voice: Voice,
): Promise<void> {
  const { source, job } = stream;
  const pending = createPendingHints();
  const alarm = createAlarm();
  const onAsked = () => {
    // It follows once the sync that a stream begins with has been asked for: whoever reads so finds it owed.
    if (voice.state().doing !== READING) voice.show({ doing: READING });
    alarm.ring();
  };
  const gaps = gatherGaps(scope, onAsked, voice.end, connector.meter.stream.gap);
  // It waits for schedules: as soon as it can be read again, the stream begins anew.
  const roster = createRoster(stream, (name, changed) => {
    pending.drop(name);
    voice.show(changed);
  });
  const rereads = readAgainSoon(stream.readAgain, {
    minIntervalMs: settings.minInterval,
    untilSeen: () => untilSeen(connector.source, () => undefined, scope.signal),
    request: scope.requestReadAgain,
    onError: voice.end,
  });
  const hearers = { onHints: alarm.ring, onGap: gaps.add, onChange: rereads.changed };
  const came = source.start({ roster, pending, ...hearers });
  source.ended.then(() => {
    voice.end(new Error('the stream was closed'));
  }, voice.end);
  const { followed, readAgain, left } = stream;
  const lists = { followed: followed.map(({ name }) => name), readAgain: readAgain.map(tell), left };
  voice.show(lists);
  gaps.begin();
  const claims = holdClaims(stream.claims, {
    clock: () => readClock(connector, scope.signal),
    onExchanged: (relation) => {
      gaps.add(relation, 'a sync had to plan it anew');
    },
  });
  const versions = createStreamVersions(connector.elasticsearch, job, {
    look: async () => (await lookAtTarget(connector, stream, claims)).state.connectors[job.connectorId]?.version,
    looksEveryMs: LOOK_AT_CLAIM_MS,
  });
  const files = createKnownFiles(stream.followed);
  const onRewritten = (relation: string) => {
    gaps.add(relation, REWRITTEN);
  };
  const relied = { versions, roster, claims, files };
  const watching = watchStream(connector, settings, stream, { ...scope, ...voice, ...relied, onRewritten });
  const conflicts = { count: 0 };
  const mayDelete = limitDeletions({
    maxDeleteRatio: connector.settings.limits.maxDeleteRatio,
    countDocuments: (relation) => countDocuments(connector.elasticsearch, job.concreteIndex, job.connectorId, relation),
    onGap: gaps.add,
    now: () => performance.now(),
  });
  const options = {
    onConflict: (version: bigint) => {
      versions.meet(Number(version));
      conflicts.count += 1;
    },
    newestOfOthers: () => Number.MAX_SAFE_INTEGER,
    mayDelete,
  };
  // What a pipeline drops goes, whoever wrote it.
  const ofAnyTime = { ...job, version: 0 };
  try {
    await withWriter(
      connector,
      ofAnyTime,
      scope.signal,
      (writer) =>
        applyHints({
          connector,
          stream,
          settings,
          scope,
          voice,
          roster,
          files,
          pending,
          came,
          alarm,
          versions,
          conflicts,
          gaps,
          writer,
          mayDelete,
        }),
      options,
    );
  } finally {
    watching.stop();
    gaps.stop();
    rereads.stop();
    await versions.save().catch(() => undefined);
  }
}
