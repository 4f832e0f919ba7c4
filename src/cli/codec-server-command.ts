import type { Command } from 'commander';

import { configuredCommand } from './configured-command';
import type { ConfigurationOptions } from './session/load-command-settings';

/** `pgferry codec-server`: shows encrypted payloads to the Temporal UI and CLI, until it is told to stop. */
export function codecServerCommand(): Command {
  return configuredCommand(
    'codec-server',
    'decrypt what Temporal keeps, for its UI and CLI: codec_server in the configuration says for whom',
  ).action(async (options: ConfigurationOptions) => {
    const { runCodecServer } = await import('./actions/run-codec-server.js');
    await runCodecServer(options);
  });
}
