import type { Client } from 'pg';

import type { SourceSettings } from '../../config/settings/settings';
import { createReplicationClient } from '../connection/source';
import { toSourceFailure } from '../connection/translate-error';

/** A server as its walsender names it. */
export interface ReplicatedServer {
  readonly systemIdentifier: string;
  readonly timeline: number;
}

/** Asks a connected walsender. */
export async function readServer(client: Client): Promise<ReplicatedServer> {
  const { rows } = await client.query<{ systemid: string; timeline: number | string }>('IDENTIFY_SYSTEM');
  const [system] = rows;
  return { systemIdentifier: system?.systemid ?? '', timeline: Number(system?.timeline ?? 0) };
}

/**
 * Opens a session of replication and ends it at once: whether role, pg_hba.conf and poolers let it be.
 * @throws SyncFailure whatever keeps it from that
 */
export async function identifyServer(settings: SourceSettings): Promise<ReplicatedServer> {
  const client = createReplicationClient(settings, 'pgferry check');
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await readServer(client);
  } catch (error) {
    throw toSourceFailure(error, settings, 'connecting');
  } finally {
    await client.end().catch(() => undefined);
  }
}
