import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

import type { Settings } from '../../config/settings/settings';
import { connectTemporal } from '../../temporal/connect-temporal';
import { EXIT } from '../output/exit-codes';
import { createTerminal, type Terminal } from '../output/terminal';
import { catchInterrupts } from './catch-interrupts';
import { leaveConnection } from './leave-connection';
import { type ConfigurationOptions, loadConfiguration } from './load-command-settings';
import { untilAborted } from './until-aborted';

/** Settings, client and terminal of a command that speaks with Temporal. */
export interface TemporalSession {
  readonly client: Client;
  readonly settings: Settings;
  /** Absolute path of the file that the settings are of. */
  readonly file: string;
  readonly terminal: Terminal;
  /** Fires when the command is interrupted: what waits then stops waiting. */
  readonly signal: AbortSignal;
}

/** Milliseconds that an interrupted command gets to say its last words. */
const LAST_MS = 2_000;

/** Loads the configuration, connects to Temporal, and disconnects however the work ends. */
export async function withTemporal(
  options: ConfigurationOptions,
  work: (session: TemporalSession) => Promise<void>,
): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const { settings, file } = await loadConfiguration(options, terminal);
  const client = await connectTemporal(settings.temporal);
  const { signal, release } = catchInterrupts();
  try {
    const working = work({ client, settings, file, terminal, signal });
    await Promise.race([working, untilAborted(signal).then(() => sleep(LAST_MS))]);
    working.catch(() => undefined);
    if (signal.aborted) process.exitCode = EXIT.interrupted;
  } finally {
    release();
    await leaveConnection(client.connection, signal);
  }
}
