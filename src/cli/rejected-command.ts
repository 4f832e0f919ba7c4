import { Command } from 'commander';

import { configuredCommand } from './configured-command';
import type { ConfigurationOptions } from './session/load-command-settings';

/** `pgferry rejected list|retry`: rows that Elasticsearch refuses, or that PostgreSQL can't give. */
export function rejectedCommand(): Command {
  return new Command('rejected')
    .description('rows that could not be synced: their dead letters')
    .addCommand(listCommand())
    .addCommand(retryCommand());
}

function listCommand(): Command {
  return configuredCommand('list', 'list the rejected rows of a connector, with the reasons and without values')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .action(async (id: string | undefined, options: ConfigurationOptions) => {
      const { listRejected } = await import('./actions/list-rejected.js');
      await listRejected(id, options);
    });
}

function retryCommand(): Command {
  return configuredCommand('retry', 'try rejected rows again now, by an incremental sync')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .action(async (id: string | undefined, options: ConfigurationOptions) => {
      const { retryRejected } = await import('./actions/retry-rejected.js');
      await retryRejected(id, options);
    });
}
