import { type Command, InvalidArgumentError, Option } from 'commander';

import type { WorkerOptions } from './actions/run-worker';
import { configuredCommand } from './configured-command';

/** A day. */
const LONGEST_PATIENCE_S = 86_400;

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
    .addOption(
      new Option(
        '--patience <seconds>',
        "how long work that no running worker's configuration defines waits for one whose does",
      )
        .default(120)
        .argParser(readSeconds),
    )
    .action(async (options: WorkerOptions) => {
      const { runWorker } = await import('./actions/run-worker.js');
      await runWorker(options);
    });
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0 && seconds <= LONGEST_PATIENCE_S)) {
    throw new InvalidArgumentError(`It must be a number of seconds from 0 to ${LONGEST_PATIENCE_S}.`);
  }
  return seconds;
}
