import type { Client } from '@temporalio/client';

/**
 * Closes a command's connection to Temporal, unless the command was interrupted: then a call may wait to be tried again,
 * which throws "Channel has been shut down" out of a timer once the connection is closed. The process ends it.
 */
export async function leaveConnection(connection: Client['connection'], signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await connection.close();
}
