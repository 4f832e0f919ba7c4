import { foreseeDestination } from '../../activities/check/foresee-destination';
import { validateConnector } from '../../activities/check/validate-connector';
import { createConnectorRegistry } from '../../activities/connector/connector-registry';
import { type OpenConnector, openIndex } from '../../activities/connector/open-connector';
import type { PlanRequest } from '../../activities/contract/activity-inputs';
import { foreseeStream } from '../../activities/follow/foresee-stream';
import { planSync, type SeenSource } from '../../activities/plan/plan-sync';
import type { ProjectedRelation } from '../../activities/plan/projected-relation';
import { readExamples } from '../../activities/plan/read-examples';
import { seeIndices } from '../../activities/plan/see-indices';
import { SyncFailure } from '../../sync/failures';
import { hasManyIndices } from '../../sync/indices/index-naming';
import type { JobType, Standing } from '../../sync/job';
import type { FailedRelation } from '../../sync/relation-failure';
import { EXIT } from '../output/exit-codes';
import { workAloud } from '../output/notices';
import {
  indicesDocument,
  isAnyHindered,
  isHindered,
  type PlannedIndices,
  renderIndices,
} from '../output/render-indices';
import { type ForeseenPlan, planDocument, renderPlan } from '../output/render-plan';
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
    await workAloud(terminal, connectorId, async () => {
      await validateConnector(connector);
      const planOne = (one: OpenConnector, seen?: SeenSource) =>
        foreseePlan(one, { request, seen, withExamples: options.example === true });
      if (hasManyIndices(connector.settings)) {
        const planned = await planIndices(connector, jobType, planOne);
        terminal.result(indicesDocument(planned), () => renderIndices(planned, options.mapping === true));
        if (isAnyHindered(planned)) process.exitCode = EXIT.failed;
        return;
      }
      const planned = await planOne(connector);
      terminal.result(planDocument(planned), () => renderPlan(planned, options.mapping === true));
      if (isHindered(planned)) process.exitCode = EXIT.failed;
    });
  } finally {
    await registry.close();
  }
}

interface Foreseeing {
  readonly request: PlanRequest;
  /** Absent: the source is read. */
  readonly seen: SeenSource | undefined;
  readonly withExamples: boolean;
}

async function foreseePlan(
  connector: OpenConnector,
  { request, seen, withExamples }: Foreseeing,
): Promise<ForeseenPlan> {
  const description = await planSync(connector, request, seen);
  const stream = await foreseeStream(connector, description.relations);
  const foresight = await foreseeDestination(connector, description);
  const examples = withExamples ? await exemplify(connector, description.relations) : undefined;
  return {
    ...{ ...description, foresight },
    ...(stream === undefined ? {} : { stream }),
    ...(examples === undefined ? {} : { examples }),
  };
}

/** A plan of each index; what keeps one from being planned is its table's failure. */
async function planIndices(
  connector: OpenConnector,
  jobType: JobType,
  planOne: (one: OpenConnector, seen: SeenSource) => Promise<ForeseenPlan>,
): Promise<PlannedIndices> {
  const { indices, failed, skipped, left, seen } = await seeIndices(connector);
  const { id: connectorId, indexName: naming } = connector.settings;
  const plans: ForeseenPlan[] = [];
  const hindered: FailedRelation[] = [];
  for (const { index, relation } of indices) {
    try {
      plans.push(await planOne(openIndex(connector, index), seen));
    } catch (error) {
      if (!(error instanceof SyncFailure)) throw error;
      const { type, message, remedy } = error;
      hindered.push({ relation, failure: { type, message, remedy } });
    }
  }
  return { connectorId, jobType, naming, plans, failed: [...failed, ...hindered], skipped, left };
}

function exemplify({ source, settings }: OpenConnector, relations: readonly ProjectedRelation[]) {
  return readExamples(source, relations, settings.limits.maxRowBytes);
}
