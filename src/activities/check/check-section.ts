import { tryDesign } from '../../elasticsearch/adaptation/try-design';
import { designIndex } from '../../elasticsearch/index/design-index';
import { concreteIndexName } from '../../elasticsearch/index/index-names';
import type { OpenConnector } from '../connector/connector-registry';
import type { SyncDescription } from '../plan/plan-sync';
import { wantIndex } from '../plan/want-index';
import type { ConnectorProblem } from './collect-problems';

/** Verdict on the connector's section `index`. */
export interface CheckedSection {
  readonly problems: readonly ConnectorProblem[];
  readonly notes: readonly string[];
}

/** Asks the cluster whether it would make an index as the connector's section `index` says; changes nothing. */
export async function checkSection(
  { elasticsearch, settings }: Pick<OpenConnector, 'elasticsearch' | 'settings'>,
  { plan, relations, differences }: SyncDescription,
): Promise<CheckedSection> {
  if (settings.indexContent === undefined) return { problems: [], notes: [] };
  const concreteIndex = concreteIndexName(settings.indexName, 'check');
  const projections = relations.map(({ projection }) => projection);
  const wanted = wantIndex(settings, { index: plan.job.index, concreteIndex }, projections);
  const { refusal, unasked } = await tryDesign(elasticsearch, concreteIndex, await designIndex(elasticsearch, wanted));
  const fixed = differences.filter(({ isFixed }) => isFixed).map(({ name, wanted: value }) => `${name} ${value}`);
  return {
    problems: refusal === undefined ? [] : [refuse(refusal)],
    notes: [
      ...(fixed.length === 0 ? [] : [`The section index asks for ${fixed.join(', ')}: sync with --rebuild.`]),
      ...(unasked === undefined ? [] : [describeUnasked(unasked)]),
    ],
  };
}

function refuse(refusal: string): ConnectorProblem {
  return {
    type: 'InvalidConfig',
    message: `Elasticsearch refuses the index as the connector's section index has it: ${refusal}`,
    remedy: 'Correct the section index of the connector.',
  };
}

function describeUnasked(status: number): string {
  return (
    `Elasticsearch did not say whether it takes the connector's section index (HTTP ${status}; asking takes the ` +
    'cluster privilege manage_index_templates): a sync tells when it makes the index.'
  );
}
