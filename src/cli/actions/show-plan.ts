import { foreseeDestination } from '../../activities/check/foresee-destination';
import { validateConnector } from '../../activities/check/validate-connector';
import { createConnectorRegistry } from '../../activities/connector/connector-registry';
import type { OpenConnector } from '../../activities/connector/open-connector';
import { foreseeStream } from '../../activities/follow/foresee-stream';
import { planSync } from '../../activities/plan/plan-sync';
import type { ProjectedRelation } from '../../activities/plan/projected-relation';
import { readExamples } from '../../activities/plan/read-examples';
import type { JobType, Standing } from '../../sync/job';
import { EXIT } from '../output/exit-codes';
import { workAloud } from '../output/notices';
import { planDocument, renderPlan } from '../output/render-plan';
import { createTerminal } from '../output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from '../session/load-command-settings';
import { selectConnector } from '../session/select-connector';
import { rebuildOptions } from './sync-once';

/** Options of `pgferry plan`. */
export interface PlanOptions extends ConfigurationOptions {
  readonly incremental?: true;
  readonly mapping?: true;
  readonly example?: true;
  readonly rebuild?: true;
  readonly rebuildAs?: Standing;
}

/** `pgferry plan` */
export async function showPlan(id: string | undefined, options: PlanOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const settings = await loadCommandSettings(options, terminal);
  const connectorId = selectConnector(settings, id);
  const registry = createConnectorRegistry(settings);
  try {
    const jobType: JobType = options.incremental === true ? 'incremental' : 'full';
    const request = { jobType, jobId: 'planned', options: rebuildOptions(options) };
    const connector = await registry.open(connectorId);
    const planned = await workAloud(terminal, connectorId, async () => {
      await validateConnector(connector);
      const description = await planSync(connector, request);
      const stream = await foreseeStream(connector, description.relations);
      const foresight = await foreseeDestination(connector, description);
      const examples = options.example === true ? await exemplify(connector, description.relations) : undefined;
      return {
        ...{ ...description, foresight },
        ...(stream === undefined ? {} : { stream }),
        ...(examples === undefined ? {} : { examples }),
      };
    });
    terminal.result(planDocument(planned), () => renderPlan(planned, options.mapping === true));
    const isHindered = planned.plan.failed !== undefined || planned.foresight.problems.length > 0;
    if (isHindered) process.exitCode = EXIT.failed;
  } finally {
    await registry.close();
  }
}

function exemplify({ source, settings }: OpenConnector, relations: readonly ProjectedRelation[]) {
  return readExamples(source, relations, settings.limits.maxRowBytes);
}
