import { once } from 'node:events';
import { Command } from 'commander';

import { createLogger } from '../logging/create-logger';
import { startStack } from '../stack/start-stack';
import { installRuntime } from '../worker/install-runtime';
import { startWorker } from '../worker/start-worker';
import { demoSettings } from './demo/demo-settings';
import { takeTour } from './demo/take-tour';
import { bold, createTerminal } from './output/terminal';

interface DemoOptions {
  readonly once?: true;
}

/** `pgferry demo`: real servers, real data, two syncs and two searches, in a minute. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('start the local stack, load sample data, sync it and search it')
    .option('--once', 'end when the tour is over (default where there is no terminal)')
    .action(async ({ once: endsAtOnce }: DemoOptions) => {
      const terminal = createTerminal(false);
      const stack = await startStack({ log: terminal.say });
      try {
        const settings = await demoSettings(stack.addresses);
        installRuntime({ logger: createLogger({ level: 'error' }), tellsSyncs: false });
        const worker = await startWorker(settings);
        try {
          process.exitCode = await takeTour(settings, stack.addresses, terminal);
          if (endsAtOnce === true || !process.stdin.isTTY) return;
          terminal.say(`\n${bold('The servers and the worker stay up; Ctrl-C ends them.')}`);
          await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
        } finally {
          await worker.stop();
        }
      } finally {
        await stack.stop();
      }
    });
}
