import { Command } from 'commander';

import { configuredCommand } from './configured-command';
import type { ConfigurationOptions } from './session/load-command-settings';

/** `pgferry connectors list|show`: what is synced, and who says how. */
export function connectorsCommand(): Command {
  return new Command('connectors')
    .description('the connectors of the file, and those in Elasticsearch that it serves')
    .addCommand(
      configuredCommand('list', 'all of them: where they are managed, status, last sync, next one').action(
        async (options: ConfigurationOptions) => {
          const { listConnectors } = await import('./actions/list-connectors.js');
          await listConnectors(undefined, options);
        },
      ),
    )
    .addCommand(
      configuredCommand('show', 'one of them')
        .argument('<id>', 'connector_id')
        .action(async (id: string, options: ConfigurationOptions) => {
          const { listConnectors } = await import('./actions/list-connectors.js');
          await listConnectors(id, options);
        }),
    );
}
