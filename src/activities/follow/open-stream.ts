import { setTimeout as sleep } from 'node:timers/promises';

import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { withTransaction } from '../../postgres/connection/transaction';
import { openReplication, type Replication } from '../../postgres/replication/open-replication';
import { probeSource, type SourceProbe } from '../../postgres/server/probe-source';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import { planSync } from '../plan/plan-sync';
import type { FollowedRelations } from './choose-followed';
import { type ContinuousSettings, examineSource, publicationOf } from './examine-source';
import { describeMismatch, describeStandby, refuseHurdles } from './require-streamable';
import { streamAddress } from './stream-address';
import { untilSeen } from './until-seen';

/** A stream that is ready to be read: its slot hears of every change that a sync which begins now does not see. */
export interface OpenStream extends FollowedRelations {
  readonly job: SyncJob;
  readonly index: IndexDescription;
  readonly probe: SourceProbe;
  readonly replication: Replication;
  readonly publication: string;
  /** As {@link examineSource} has it. */
  readonly fingerprint: string;
}

const LOOK_FOR_INDEX_MS = 3_000;
/** Milliseconds between looks at the transactions that keep a slot from being made. */
const LOOK_MS = 1_000;

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
  const { hurdles } = await examineSource(connector, relations, settings);
  refuseHurdles(connector.settings.id, [...(probe.inRecovery ? [describeStandby()] : []), ...hurdles]);
  const replication = await makeSlot(connector, settings, index.uuid, say, signal);
  try {
    const mismatch = describeMismatch(probe, replication.server, settings.host ?? source.settings.host);
    refuseHurdles(connector.settings.id, mismatch === undefined ? [] : [mismatch]);
    await untilSeen(source, say, signal);
    // What the publication holds when the slot starts is what counts.
    const { followed, left, fingerprint } = await examineSource(connector, relations, settings);
    return {
      followed,
      left: [...left, ...failed],
      fingerprint,
      job: plan.job,
      index: (await describeIndex(elasticsearch, connector.settings.indexName)) ?? index,
      probe,
      replication,
      publication: publicationOf(connector.settings.id, settings),
    };
  } catch (error) {
    replication.close();
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

async function makeSlot(
  { source }: OpenConnector,
  settings: ContinuousSettings,
  owner: string,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<Replication> {
  let timer: NodeJS.Timeout | undefined;
  const nameWaiting = (processId: number) => {
    say('making the slot');
    timer = setInterval(() => {
      listBlocking(processId)
        .then((pids) => {
          if (pids.length > 0) say(`making the slot: waits for the open transaction of process ${pids.join(', ')}`);
        })
        .catch(() => undefined);
    }, LOOK_MS);
  };
  const listBlocking = async (processId: number) => {
    const rows = await withTransaction(source, (tx) =>
      tx.query<{ pids: number[] }>('select pg_blocking_pids($1) as "pids"', [processId]),
    );
    return rows[0]?.pids ?? [];
  };
  try {
    return await openReplication(streamAddress(source.settings, settings), { owner, onCreating: nameWaiting }, signal);
  } finally {
    clearInterval(timer);
  }
}
