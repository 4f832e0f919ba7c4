import { type Command, Option } from 'commander';

import { findConnector } from '../config/settings/find-connector';
import type { SyncInput, SyncOptions } from '../sync/job';
import { configuredCommand } from './configured-command';
import { createTerminal } from './output/terminal';
import { type ConfigurationOptions, loadConfiguration } from './session/load-command-settings';
import { runSync } from './session/run-sync';

interface SyncCommandOptions extends ConfigurationOptions {
  readonly full?: true;
  readonly incremental?: true;
  readonly rebuild?: true;
  readonly forget?: readonly string[];
  readonly allowMassDelete?: true;
  readonly detach?: true;
}

/** `pgferry sync`: runs one sync and follows it. */
export function syncCommand(): Command {
  return configuredCommand('sync', 'run a sync of a connector and follow it')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--full', 'compare everything (default)')
    .addOption(new Option('--incremental', 'read only what changed since the last sync').conflicts(['full', 'rebuild']))
    .option('--rebuild', 'copy everything into a new index, then swap the alias')
    .option('--forget <relation...>', 'delete the documents of relations that are gone from the source')
    .option('--allow-mass-delete', 'delete stale documents beyond max_delete_ratio')
    .option('--detach', 'start it and leave it to the workers')
    .action(async (id: string | undefined, options: SyncCommandOptions) => {
      const terminal = createTerminal(options.json === true);
      const { settings, file } = await loadConfiguration(options, terminal);
      const input = readInput(findConnector(settings, id).id, options);
      process.exitCode = await runSync(settings, input, terminal, { detach: options.detach === true, file });
    });
}

function readInput(connectorId: string, options: SyncCommandOptions): SyncInput {
  const syncOptions: SyncOptions = {
    ...(options.rebuild === true ? { rebuild: true } : {}),
    ...(options.allowMassDelete === true ? { allowMassDelete: true } : {}),
    ...(options.forget === undefined ? {} : { forget: options.forget }),
  };
  return {
    connectorId,
    jobType: options.incremental === true ? 'incremental' : 'full',
    trigger: 'manual',
    options: syncOptions,
  };
}
