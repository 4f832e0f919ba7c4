import { Command } from 'commander';

import type { DemoOptions } from './actions/run-demo';

/** `pgferry demo`: real servers, real data, two syncs and two searches, in a minute. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('start the local stack, load sample data, sync it and search it')
    .option('--once', 'end when the tour is over (default where there is no terminal)')
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import('./actions/run-demo.js');
      await runDemo(options);
    });
}
