import type { Command } from 'commander';

import { createConnectorRegistry } from '../activities/connector/connector-registry';
import { planSync } from '../activities/plan/plan-sync';
import { validateConnector } from '../activities/plan/validate-connector';
import { findConnector } from '../config/settings/find-connector';
import type { JobType } from '../sync/job';
import { configuredCommand } from './configured-command';
import { EXIT } from './output/exit-codes';
import { planDocument, renderPlan } from './output/render-plan';
import { createTerminal } from './output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from './session/load-command-settings';

interface PlanOptions extends ConfigurationOptions {
  readonly incremental?: true;
  readonly mapping?: true;
  readonly rebuild?: true;
}

/** `pgferry plan`: what a sync would do; changes nothing. */
export function planCommand(): Command {
  return configuredCommand('plan', 'show what a sync would do: relations, keys, partitions, mapping; changes nothing')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--incremental', 'plan an incremental sync (default: a full one)')
    .option('--rebuild', 'plan a rebuild: what comes along from the index that is there, and what can not')
    .option('--mapping', 'print the whole mapping of the index')
    .action(async (id: string | undefined, options: PlanOptions) => {
      const terminal = createTerminal(options.json === true);
      const settings = await loadCommandSettings(options, terminal);
      const connectorId = findConnector(settings, id).id;
      const registry = createConnectorRegistry(settings);
      try {
        const jobType: JobType = options.incremental === true ? 'incremental' : 'full';
        const request = { jobType, jobId: 'planned', options: options.rebuild === true ? { rebuild: true } : {} };
        const connector = registry.open(connectorId);
        await validateConnector(connector);
        const description = await planSync(connector, request);
        terminal.result(planDocument(description), () => renderPlan(description, options.mapping === true));
        if (description.plan.failed !== undefined) process.exitCode = EXIT.failed;
      } finally {
        await registry.close();
      }
    });
}
