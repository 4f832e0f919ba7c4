import type { Command } from 'commander';

import { configuredCommand } from './configured-command';
import type { ConfigurationOptions } from './session/load-command-settings';

/** `pgferry check`: every problem at once, each with its remedy; changes nothing. */
export function checkCommand(): Command {
  return configuredCommand('check', 'try everything that a sync needs, and tell every problem with its remedy')
    .argument('[connector]', 'connector_id (default: all)')
    .action(async (id: string | undefined, options: ConfigurationOptions) => {
      const { checkConnectors } = await import('./actions/check-connectors.js');
      await checkConnectors(id, options);
    });
}
