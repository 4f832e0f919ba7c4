import { type Command, Option } from 'commander';

import type { SyncCommandOptions } from './actions/sync-once';
import { configuredCommand } from './configured-command';

/** `--rebuild-as`, which asks for a rebuild as well. */
export function rebuildAsOption(): Option {
  return new Option(
    '--rebuild-as <kind>',
    'rebuild, and let index_name be an alias afterwards, or an index (none for a second before that)',
  ).choices(['alias', 'index']);
}

/** `pgferry sync`: runs one sync and follows it. */
export function syncCommand(): Command {
  return configuredCommand('sync', 'run a sync of a connector and follow it')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--full', 'compare everything (default)')
    .addOption(
      new Option('--incremental', 'read only what changed since the last sync').conflicts([
        'full',
        'rebuild',
        'rebuildAs',
      ]),
    )
    .option('--rebuild', 'copy everything into a new index, then swap the alias')
    .addOption(rebuildAsOption())
    .option('--forget <relation...>', 'delete the documents of relations that are gone from the source')
    .option('--allow-mass-delete', 'delete stale documents beyond max_delete_ratio')
    .option('--adopt', "replace the documents of Elastic's own connector")
    .option('--detach', 'start it and leave it to the workers')
    .action(async (id: string | undefined, options: SyncCommandOptions) => {
      const { syncOnce } = await import('./actions/sync-once.js');
      await syncOnce(id, options);
    });
}
