import type { ConnectorIndices } from '../../activities/plan/list-indices';
import { describeLeft } from '../../sync/indices/describe-left';
import type { JobType } from '../../sync/job';
import { type ForeseenPlan, planDocument, renderFindings, section } from './render-plan';
import { renderTable } from './render-table';
import { bold } from './terminal';

/** Plans of a connector whose tables have indices of their own. */
export interface PlannedIndices extends Omit<ConnectorIndices, 'indices'> {
  readonly connectorId: string;
  readonly jobType: JobType;
  readonly naming: string;
  readonly plans: readonly ForeseenPlan[];
}

/** Whether a sync of the plan would end as failed, or wait. */
export function isHindered({ plan, foresight }: ForeseenPlan): boolean {
  return plan.failed !== undefined || (foresight?.problems.length ?? 0) > 0;
}

/** Whether that holds for any of them. */
export function isAnyHindered({ plans, failed }: PlannedIndices): boolean {
  return failed.length > 0 || plans.some(isHindered);
}

/** Plans as `plan --json` prints them: one document for each index. */
export function indicesDocument({ connectorId, jobType, naming, plans, failed, skipped, left }: PlannedIndices) {
  return {
    connector_id: connectorId,
    job_type: jobType,
    index: naming,
    indices: plans.map(planDocument),
    skipped,
    failed,
    left: left.map(({ index, relation }) => ({ index, relation })),
    notes: left.map((index) => describeLeft(connectorId, index)),
  };
}

/** Plans for people: a line for each index, then what is not as usual. */
export function renderIndices(planned: PlannedIndices, withMapping: boolean): string {
  const { naming, plans, failed, skipped, notes } = { ...planned, ...indicesDocument(planned) };
  const documents = plans.map(planDocument);
  const made = documents.filter(({ new_index: isNew }) => isNew).length;
  const rows = documents.flatMap(({ index, new_index: isNew, mapping, relations }) =>
    relations.map(({ relation, key = [], mode, estimated_rows: estimated }) => [
      isNew ? `${index} (new)` : index,
      relation,
      key.join(', '),
      mode,
      estimated,
      Object.keys(mapping.properties).length,
    ]),
  );
  return [
    `${bold(naming)}: ${plans.length} ${plans.length === 1 ? 'index' : 'indices'}, ${made} of them new`,
    renderTable(['index', 'relation', 'key', 'mode', 'rows (about)', 'fields'], rows),
    ...plans.flatMap((plan) => {
      const findings = renderFindings(plan);
      const { index, mapping } = planDocument(plan);
      const more = withMapping ? section('Mapping', [JSON.stringify(mapping, undefined, 2)]) : [];
      return findings.length + more.length === 0 ? [] : ['', bold(index), ...findings, ...more];
    }),
    ...section(
      'Skipped',
      skipped.map(({ relation, reason }) => `  ${relation}: ${reason}`),
    ),
    ...section(
      "Can't be synced: their indices are kept, and the sync ends as failed",
      failed.map(({ relation, failure }) => `  ${relation}: ${failure.message} → ${failure.remedy}`),
    ),
    ...section(
      'Notes',
      notes.map((note) => `  ${note}`),
    ),
  ].join('\n');
}
