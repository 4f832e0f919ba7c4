import { setTimeout as sleep } from 'node:timers/promises';

import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { probeSource, type SourceProbe } from '../../postgres/server/probe-source';
import type { Claims } from '../../sync/followed-definitions';
import type { SyncJob } from '../../sync/sync-plan';
import { takeClaims } from '../claims/hold-claims';
import type { OpenConnector } from '../connector/connector-registry';
import { planSync } from '../plan/plan-sync';
import { type ContinuousSettings, examineSource, type FollowedRelations } from './examine-source';
import { describeStandby, refuseHurdles } from './find-hurdles';
import type { HintSource } from './hint-source';
import { openSlot } from './open-slot';
import { pollChanges } from './poll-changes';

/** A stream that is ready to be read: its slot hears of every change that a sync which begins now does not see. */
export interface OpenStream extends FollowedRelations {
  readonly job: SyncJob;
  readonly index: IndexDescription;
  readonly probe: SourceProbe;
  readonly source: HintSource;
  /** Under which it writes, as long as they stand. */
  readonly claims: Claims;
  /** As {@link examineSource} has it. */
  readonly fingerprint: string;
}

const LOOK_FOR_INDEX_MS = 3_000;

/**
 * Makes the slot and waits until snapshots see every transaction that it does not tell of.
 * @param say - hears what it waits for
 * @throws SyncFailure `InvalidConfig` where something is missing, with its remedy
 */
export async function openStream(
  connector: OpenConnector,
  jobId: string,
  settings: ContinuousSettings,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<OpenStream> {
  const { source, elasticsearch } = connector;
  const index = await untilSynced(connector, say, signal);
  const { plan, relations } = await planSync(connector, { jobType: 'incremental', jobId, options: {} });
  const failed = (plan.failed ?? []).map(({ relation, failure }) => ({ relation, reason: failure.message }));
  const probe = await probeSource(source, signal);
  const examined = await examineSource(connector, relations, settings);
  const isStandby = probe.inRecovery && settings.mode === 'stream';
  refuseHurdles(connector.settings.id, [...(isStandby ? [describeStandby()] : []), ...examined.hurdles]);
  const hints =
    settings.mode === 'poll'
      ? await pollChanges(source, examined.followed, settings.every, signal)
      : await openSlot(connector, settings, { probe, owner: index.uuid, relations }, say, signal);
  try {
    // What the publication holds when the slot starts is what counts.
    const { followed, readAgain, left, fingerprint } = await examineSource(connector, relations, settings);
    const claims = await takeClaims(connector, plan.job, followed, say, signal);
    return {
      followed,
      claims,
      readAgain,
      left: [...left, ...failed],
      fingerprint,
      job: plan.job,
      index: (await describeIndex(elasticsearch, connector.settings.indexName)) ?? index,
      probe,
      source: hints,
    };
  } catch (error) {
    hints.close();
    throw error;
  }
}

/** The stream starts after the first sync. */
async function untilSynced(
  { elasticsearch, settings }: OpenConnector,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<IndexDescription> {
  for (;;) {
    const index = await describeIndex(elasticsearch, settings.indexName);
    if (index?.state.connectors[settings.id]?.source !== undefined) return index;
    say('waiting for the first sync');
    await sleep(LOOK_FOR_INDEX_MS, undefined, { signal });
  }
}
