import { Command } from 'commander';

import type { ApplyOptions } from './actions/apply-schedules';
import type { ScheduleOptions, ScheduleVerb } from './actions/change-schedules';
import { configuredCommand } from './configured-command';
import type { ConfigurationOptions } from './session/load-command-settings';

/** `pgferry schedule apply|list|trigger|pause|resume|delete`: Temporal's schedules and the file. */
export function scheduleCommand(): Command {
  const command = new Command('schedule').description("syncs that start by themselves: Temporal's schedules");
  command.addCommand(
    configuredCommand('apply', "make Temporal's schedules of the file's connectors equal to it, and show what changes")
      .option('--dry-run', 'only show what would change')
      .option('--prune', 'delete also schedules that this file made, of connectors that it defines no longer')
      .action(async (options: ApplyOptions) => {
        const { applySchedules } = await import('./actions/apply-schedules.js');
        await applySchedules(options);
      }),
  );
  command.addCommand(
    configuredCommand('list', 'show schedules with their next and last starts')
      .argument('[connector]', 'connector_id (default: all)')
      .action(async (id: string | undefined, options: ConfigurationOptions) => {
        const { listSchedules } = await import('./actions/list-schedules.js');
        await listSchedules(id, options);
      }),
  );
  command.addCommand(changingCommand('trigger', 'start a sync now, as the schedule would'));
  command.addCommand(
    changingCommand('pause', 'start no syncs until resumed').option('--note <text>', 'why; shown by list'),
  );
  command.addCommand(changingCommand('resume', 'start syncs again').option('--note <text>', 'why; shown by list'));
  command.addCommand(changingCommand('delete', 'delete schedules; `schedule apply` makes those of the file again'));
  return command;
}

function changingCommand(verb: ScheduleVerb, description: string): Command {
  return configuredCommand(verb, description)
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--full', 'only the schedule of full syncs')
    .option('--incremental', 'only the schedule of incremental syncs')
    .option('--all', 'the schedules of all connectors that the file defines')
    .action(async (id: string | undefined, options: ScheduleOptions) => {
      const { changeSchedules } = await import('./actions/change-schedules.js');
      await changeSchedules(verb, id, options);
    });
}
