import { setTimeout as sleep } from 'node:timers/promises';

import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { withTransaction } from '../../postgres/connection/transaction';
import { openReplication, type Replication } from '../../postgres/replication/open-replication';
import { findPublication, readIdentities } from '../../postgres/replication/read-publication';
import { probeSource } from '../../postgres/server/probe-source';
import { listCommitted, readMoment } from '../../postgres/server/read-moment';
import { SyncFailure } from '../../sync/failures';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import { planSync } from '../plan/plan-sync';
import { chooseFollowed, type FollowedRelations } from './choose-followed';

/** A stream that is ready to be read: its slot hears of every change that a sync which begins now does not see. */
export interface OpenStream extends FollowedRelations {
  readonly job: SyncJob;
  readonly index: IndexDescription;
  readonly replication: Replication;
  readonly publication: string;
}

/** Settings of a connector that is followed. */
export type ContinuousSettings = NonNullable<OpenConnector['settings']['continuous']>;

const POLL_MS = 100;
/** Milliseconds after which a transaction whose commit came before the slot has ended in the log. */
const LOG_MS = 500;
const LOOK_FOR_INDEX_MS = 3_000;

/** Gives the name of the publication that a connector's changes come by. */
export function publicationOf(connectorId: string, { publication }: ContinuousSettings): string {
  return publication ?? `pgferry_${connectorId.toLowerCase().replaceAll('-', '_')}`;
}

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
  const publication = publicationOf(connector.settings.id, settings);
  const index = await untilSynced(connector, say, signal);
  const { plan, relations } = await planSync(connector, { jobType: 'incremental', jobId, options: {} });
  const probe = await probeSource(source, signal);
  if (probe.inRecovery)
    throw new SyncFailure(
      'InvalidConfig',
      'Rows are read from a standby, whose changes can’t be followed yet.',
      'Give the address of the primary.',
    );
  const chosen = await readChosen(connector, relations, publication);
  if (chosen.followed.length === 0) {
    const reasons = chosen.left.map(({ relation, reason }) => `${relation}: ${reason}.`);
    throw new SyncFailure(
      'InvalidConfig',
      `No relation can be followed. ${reasons.join(' ')}`,
      `Add tables: \`alter publication ${publication} add table …\`.`,
    );
  }
  say('making the slot, which waits for open transactions that have written');
  const address = {
    ...source.settings,
    host: settings.host ?? source.settings.host,
    port: settings.port ?? source.settings.port,
    username: settings.username ?? source.settings.username,
    password: settings.password ?? source.settings.password,
    passwordFile: settings.password === undefined ? source.settings.passwordFile : undefined,
  } as typeof source.settings;
  const replication = await openReplication(address, () => undefined, signal);
  try {
    const { systemIdentifier, timeline } = probe.identity;
    const isTold = !systemIdentifier.startsWith('oid-');
    if (
      isTold &&
      (replication.server.systemIdentifier !== systemIdentifier || replication.server.timeline !== timeline)
    )
      throw new SyncFailure(
        'InvalidConfig',
        `Changes would come from another server than rows: ${address.host}:${address.port}.`,
        'Let `continuous.host` and `configuration.host` lead to the same server.',
      );
    await untilSeen(connector, say, signal);
    // What the publication holds when the slot starts is what counts.
    const again = await readChosen(connector, relations, publication);
    return {
      ...again,
      job: plan.job,
      index: (await describeIndex(elasticsearch, connector.settings.indexName)) ?? index,
      replication,
      publication,
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

/** Chooses the relations by the publication as it is now. */
export async function readChosen(
  { source, settings }: OpenConnector,
  relations: Parameters<typeof chooseFollowed>[0],
  name: string,
): Promise<FollowedRelations> {
  const oids = relations.flatMap(({ relation }) => relation.leaves.map(({ oid }) => oid));
  const { publication, identities } = await withTransaction(source, async (tx) => ({
    publication: await findPublication(tx, name),
    identities: await readIdentities(tx, oids),
  }));
  if (publication === undefined) {
    const tables = relations.filter(({ relation }) => relation.leaves.length > 0).map((projected) => projected.name);
    throw new SyncFailure(
      'InvalidConfig',
      `Connector ${settings.id}: there is no publication ${name} in PostgreSQL.`,
      `Make it as the tables' owner: \`create publication ${name} for table ${tables.join(', ')}\`.`,
    );
  }
  if (!publication.insert || !publication.update || !publication.delete)
    throw new SyncFailure(
      'InvalidConfig',
      `Connector ${settings.id}: the publication ${name} does not publish insertions, updates and deletions.`,
      `\`alter publication ${name} set (publish = 'insert, update, delete, truncate')\``,
    );
  return chooseFollowed(relations, publication, identities);
}

/** Transactions that committed before the slot was ready, which it does not tell of, may not be visible yet. */
async function untilSeen({ source }: OpenConnector, say: (doing: string) => void, signal: AbortSignal): Promise<void> {
  const look = (ids?: readonly bigint[]) =>
    withTransaction(source, async (tx) => {
      const { snapshot } = await readMoment(tx);
      const running = ids === undefined ? snapshot.running : snapshot.running.filter((id) => ids.includes(id));
      return { running, committed: await listCommitted(tx, running) };
    });
  let { running } = await look();
  const started = performance.now();
  while (running.length > 0) {
    await sleep(POLL_MS, undefined, { signal });
    const now = await look(running);
    if (now.committed.length === 0 && performance.now() - started > LOG_MS) return;
    say('waiting until transactions are visible that have committed');
    ({ running } = now);
  }
}
