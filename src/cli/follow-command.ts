import type { Command } from 'commander';

import type { FollowOptions } from './actions/follow-connector';
import { configuredCommand } from './configured-command';

/** `pgferry follow`: starts or stops the stream of a connector. */
export function followCommand(): Command {
  return configuredCommand('follow', 'follow the changes of a connector between its syncs')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--stop', 'stop following; its slot goes, schedules go on')
    .action(async (id: string | undefined, options: FollowOptions) => {
      const { followConnector } = await import('./actions/follow-connector.js');
      await followConnector(id, options);
    });
}
