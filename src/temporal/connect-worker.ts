import { NativeConnection } from '@temporalio/worker';

import type { TemporalSettings } from '../config/settings/settings';
import { connectionOptions, connectTemporal, unreachable } from './connect-temporal';

/**
 * The connection of workers, which runs outside of JavaScript. A client's is tried first: it gives up soon on a server
 * that doesn't answer, and asks for the namespace.
 * @throws SyncFailure as {@link connectTemporal} does
 */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  const client = await connectTemporal(settings);
  await client.connection.close();
  try {
    return await NativeConnection.connect(connectionOptions(settings));
  } catch (error) {
    throw unreachable(settings, error);
  }
}
