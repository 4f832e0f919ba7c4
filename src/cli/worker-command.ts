import { type Command, Option } from 'commander';

import type { WorkerOptions } from './actions/run-worker';
import { configuredCommand } from './configured-command';

/** `pgferry worker`: executes syncs until it is told to stop. */
export function workerCommand(): Command {
  return configuredCommand('worker', 'execute syncs: the worker process')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'))
    .addOption(
      new Option(
        '--log-format <format>',
        'ecs: a JSON object a line; text: for people (default in a terminal)',
      ).choices(['ecs', 'text']),
    )
    .option('--deployment <name>', "with --build-id: takes part in Temporal's worker versioning, in that deployment")
    .option('--build-id <id>', 'version of the deployment; gets work once it is the current one')
    .action(async (options: WorkerOptions) => {
      const { runWorker } = await import('./actions/run-worker.js');
      await runWorker(options);
    });
}
