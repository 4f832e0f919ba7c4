import { Command } from 'commander';

import { configuredCommand } from './configured-command';
import { applySchedules } from './schedule/apply-schedules';
import { changeSchedules, type ScheduleSelection } from './schedule/change-schedules';
import { listSchedules } from './schedule/list-schedules';
import type { ConfigurationOptions } from './session/load-command-settings';
import { withTemporal } from './session/with-temporal';

interface ApplyOptions extends ConfigurationOptions {
  readonly dryRun?: true;
  readonly prune?: true;
}

/** `pgferry schedule apply|list|trigger|pause|resume|delete`: Temporal's schedules and the file. */
export function scheduleCommand(): Command {
  const command = new Command('schedule').description("syncs that start by themselves: Temporal's schedules");
  command.addCommand(
    configuredCommand('apply', "make Temporal's schedules of the file's connectors equal to it, and show what changes")
      .option('--dry-run', 'only show what would change')
      .option('--prune', 'delete also schedules that this file made, of connectors that it defines no longer')
      .action((options: ApplyOptions) =>
        withTemporal(options, (session) =>
          applySchedules(session, { dryRun: options.dryRun === true, prune: options.prune === true }),
        ),
      ),
  );
  command.addCommand(
    configuredCommand('list', 'show schedules with their next and last starts')
      .argument('[connector]', 'connector_id (default: all)')
      .action((id: string | undefined, options: ConfigurationOptions) =>
        withTemporal(options, (session) => listSchedules(session, id)),
      ),
  );
  command.addCommand(changingCommand('trigger', 'start a sync now, as the schedule would'));
  command.addCommand(
    changingCommand('pause', 'start no syncs until resumed').option('--note <text>', 'why; shown by list'),
  );
  command.addCommand(changingCommand('resume', 'start syncs again').option('--note <text>', 'why; shown by list'));
  command.addCommand(changingCommand('delete', 'delete schedules; `schedule apply` makes those of the file again'));
  return command;
}

function changingCommand(verb: 'trigger' | 'pause' | 'resume' | 'delete', description: string): Command {
  return configuredCommand(verb, description)
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--full', 'only the schedule of full syncs')
    .option('--incremental', 'only the schedule of incremental syncs')
    .option('--all', 'the schedules of all connectors that the file defines')
    .action((id: string | undefined, options: ConfigurationOptions & Omit<ScheduleSelection, 'connectorId'>) =>
      withTemporal(options, (session) =>
        changeSchedules(session, verb, { ...options, ...(id === undefined ? {} : { connectorId: id }) }),
      ),
    );
}
