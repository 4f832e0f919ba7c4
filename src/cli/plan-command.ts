import type { Command } from 'commander';

import type { PlanOptions } from './actions/show-plan';
import { configuredCommand } from './configured-command';
import { rebuildAsOption } from './sync-command';

/** `pgferry plan`: what a sync would do; changes nothing. */
export function planCommand(): Command {
  return configuredCommand('plan', 'show what a sync would do: relations, keys, partitions, mapping; changes nothing')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--incremental', 'plan an incremental sync (default: a full one)')
    .option('--rebuild', 'plan a rebuild: what comes along from the index that is there, and what can not')
    .addOption(rebuildAsOption())
    .option('--example', 'read a row of each relation, and print the document that it becomes')
    .option('--mapping', 'print the whole mapping of the index')
    .action(async (id: string | undefined, options: PlanOptions) => {
      const { showPlan } = await import('./actions/show-plan.js');
      await showPlan(id, options);
    });
}
