import { withTransaction } from '../../postgres/connection/transaction';
import { openReplication, type Replication } from '../../postgres/replication/open-replication';
import type { SourceProbe } from '../../postgres/server/probe-source';
import type { OpenConnector } from '../connector/connector-registry';
import type { ProjectedRelation } from '../plan/projected-relation';
import { type ContinuousSettings, publicationOf } from './examine-source';
import { describeMismatch, refuseHurdles } from './find-hurdles';
import type { HintSource } from './hint-source';
import { receiveHints } from './receive-hints';
import { streamAddress } from './stream-address';
import { untilSeen } from './until-seen';

/** Milliseconds between looks at the transactions that keep a slot from being made. */
const LOOK_MS = 1_000;

/** What a slot is for. */
export interface SlotPurpose {
  readonly probe: SourceProbe;
  /** Names the stream among all of the server. */
  readonly owner: string;
  readonly relations: readonly ProjectedRelation[];
}

/**
 * Makes a temporary slot, and waits until snapshots see every transaction that it does not tell of.
 * @param say - hears what it waits for
 */
export async function openSlot(
  connector: OpenConnector,
  settings: ContinuousSettings,
  { probe, owner, relations }: SlotPurpose,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<HintSource> {
  const { source } = connector;
  const { id } = connector.settings;
  const replication = await makeSlot(connector, settings, owner, say, signal);
  try {
    const mismatch = describeMismatch(probe, replication.server, settings.host ?? source.settings.host);
    refuseHurdles(id, mismatch === undefined ? [] : [mismatch]);
    await untilSeen(source, say, signal);
  } catch (error) {
    replication.close();
    throw error;
  }
  return {
    ...replication,
    start: (sink) => {
      const receiver = receiveHints(relations, sink);
      replication.start(publicationOf(id, settings), receiver);
      return receiver;
    },
  };
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
