import type { Standing, SyncInput, SyncOptions } from '../../sync/job';
import { createTerminal } from '../output/terminal';
import { type ConfigurationOptions, loadConfiguration } from '../session/load-command-settings';
import { runSync } from '../session/run-sync';
import { selectConnector } from '../session/select-connector';

/** Options of `pgferry sync`. */
export interface SyncCommandOptions extends ConfigurationOptions {
  readonly full?: true;
  readonly incremental?: true;
  readonly rebuild?: true;
  readonly rebuildAs?: Standing;
  readonly forget?: readonly string[];
  readonly allowMassDelete?: true;
  readonly adopt?: true;
  readonly detach?: true;
}

/** `pgferry sync` */
export async function syncOnce(id: string | undefined, options: SyncCommandOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const { settings, file } = await loadConfiguration(options, terminal);
  const input = readInput(selectConnector(settings, id), options);
  process.exitCode = await runSync(settings, input, terminal, { detach: options.detach === true, file });
}

function readInput(connectorId: string, options: SyncCommandOptions): SyncInput {
  const syncOptions: SyncOptions = {
    ...rebuildOptions(options),
    ...(options.allowMassDelete === true ? { allowMassDelete: true } : {}),
    ...(options.adopt === true ? { adopt: true } : {}),
    ...(options.forget === undefined ? {} : { forget: options.forget }),
  };
  return {
    connectorId,
    jobType: options.incremental === true ? 'incremental' : 'full',
    trigger: 'manual',
    options: syncOptions,
  };
}

/** What the options say of a rebuild. */
export function rebuildOptions({
  rebuild,
  rebuildAs,
}: Pick<SyncCommandOptions, 'rebuild' | 'rebuildAs'>): Pick<SyncOptions, 'rebuild' | 'rebuildAs'> {
  if (rebuildAs !== undefined) return { rebuild: true, rebuildAs };
  return rebuild === true ? { rebuild } : {};
}
