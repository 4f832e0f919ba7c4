import { Command, InvalidArgumentError } from 'commander';

import { STACK_SERVERS, type StackServer } from '../stack/servers/stack-addresses';
import type { StatusOptions, UpOptions } from './actions/control-stack';

/** `pgferry stack up|down|status`: real PostgreSQL, Elasticsearch and Temporal on this machine, without Docker. */
export function stackCommand(): Command {
  const command = new Command('stack').description(
    'PostgreSQL, Elasticsearch and Temporal on this machine, without Docker',
  );
  command
    .command('up')
    .description('start the servers and keep them running until Ctrl-C')
    .option('--json', 'print the addresses as one JSON document')
    .option('--detach', 'leave them running in the background')
    .option('--data <dir>', 'keep their data in this folder (default: temporary)')
    .option('--only <servers>', `some of ${STACK_SERVERS.join(',')}`, parseServers)
    .option('--heap <size>', 'memory of Elasticsearch', '512m')
    .action(async (options: UpOptions) => {
      const { startServers } = await import('./actions/control-stack.js');
      await startServers(options);
    });
  command
    .command('down')
    .description('stop the servers left running by --detach')
    .action(async () => {
      const { stopServers } = await import('./actions/control-stack.js');
      await stopServers();
    });
  command
    .command('status')
    .description('tell where the servers left running by --detach answer')
    .option('--json', 'print one JSON document')
    .action(async (options: StatusOptions) => {
      const { showStatus } = await import('./actions/control-stack.js');
      await showStatus(options);
    });
  return command;
}

function parseServers(text: string): readonly StackServer[] {
  return text.split(',').map((name) => {
    const server = STACK_SERVERS.find((known) => known === name.trim());
    if (server === undefined) throw new InvalidArgumentError(`It is a comma list of ${STACK_SERVERS.join(', ')}.`);
    return server;
  });
}
