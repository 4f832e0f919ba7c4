import { Command, InvalidArgumentError, Option } from 'commander';

import type { JobVerb } from '../jobs/control-sync';
import { JOB_STATUSES } from '../jobs/list-jobs';
import type { JobListOptions } from './actions/print-jobs';
import type { ShowOptions } from './actions/show-job';
import { configuredCommand } from './configured-command';
import type { ConfigurationOptions } from './session/load-command-settings';

/** `pgferry jobs list|show|cancel|pause|resume`: sync jobs, as Temporal knows them. */
export function jobsCommand(): Command {
  const command = new Command('jobs').description('sync jobs that run or have run');
  command.addCommand(
    configuredCommand('list', 'list jobs, the newest first')
      .argument('[connector]', 'connector_id (default: all)')
      .addOption(new Option('--status <status>', 'only those').choices(JOB_STATUSES))
      .option('--since <time>', 'only those started since: 2026-05-01, or 90m, 24h, 7d ago', parseSince)
      .option('--limit <count>', 'at most so many', parseLimit, 20)
      .action(async (id: string | undefined, options: JobListOptions) => {
        const { printJobs } = await import('./actions/print-jobs.js');
        await printJobs(id, options);
      }),
  );
  command.addCommand(
    configuredCommand('show', 'show the latest job of a connector: progress, checkpoints, retries, how it ended')
      .argument('[connector]', 'connector_id; may be left out when there is one only')
      .option('--run <id>', 'not the latest, but the job of that run id')
      .option('--follow', 'follow it to its end')
      .action(async (id: string | undefined, options: ShowOptions) => {
        const { showJob } = await import('./actions/show-job.js');
        await showJob(id, options);
      }),
  );
  command.addCommand(controlCommand('cancel', 'stop a running job; its index stays valid'));
  command.addCommand(controlCommand('pause', 'stop a running job at its next checkpoint, until it is resumed'));
  command.addCommand(controlCommand('resume', 'go on from the checkpoint'));
  return command;
}

function controlCommand(verb: JobVerb, description: string): Command {
  return configuredCommand(verb, description)
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .action(async (id: string | undefined, options: ConfigurationOptions) => {
      const { controlJob } = await import('./actions/control-job.js');
      await controlJob(verb, id, options);
    });
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseSince(text: string): Date {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time = count === undefined ? new Date(text) : new Date(Date.now() - Number(count) * (UNITS_MS[unit] ?? 0));
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It is a time, as 2026-05-01T12:00Z, or as 24h.');
  return time;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new InvalidArgumentError('It is a number from 1 on.');
  return limit;
}
