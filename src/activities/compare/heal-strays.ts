import type { Client } from '@elastic/elasticsearch';

import { lookUpDocuments } from '../../elasticsearch/documents/look-up-documents';
import { scanStrays } from '../../elasticsearch/documents/scan-owners';
import { findExisting } from '../../postgres/ids/read-ids';
import { addReports, emptyReport } from '../../sync/report';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CompareInput } from '../contract/activity-inputs';
import type { Comparison } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { identifyRows, type ProjectedRelation } from '../plan/projected-relation';
import { indexRows } from './index-rows';

/** The ids of a relation's documents whose fields don't say that they are, in pages. */
export function scanStraysOf(elasticsearch: Client, { job, part }: CompareInput, { signal }: ActivityScope) {
  const { connectorId, concreteIndex: index } = job;
  return scanStrays(elasticsearch, { index, connectorId, relation: part.relation, signal });
}

/** Writes the documents again whose rows are there; counts the others, which are stale. */
export async function healStrays(
  connector: OpenConnector,
  input: CompareInput,
  projected: ProjectedRelation,
  scope: ActivityScope,
): Promise<Comparison> {
  let stale = 0;
  let report = emptyReport(projected.name);
  for await (const ids of scanStraysOf(connector.elasticsearch, input, scope)) {
    const existing = await findExisting(connector.source, { ...identifyRows(projected, scope.signal), ids });
    stale += ids.length - existing.size;
    const unhealed = await withoutHealed(connector, input, [...existing], scope);
    if (unhealed.length > 0) {
      report = addReports(report, await indexRows(connector, input, projected, unhealed, scope));
    }
    scope.heartbeat();
  }
  return { stale, report };
}

/** Their fields made them look missing, too: where ids were compared before, they have been written again. */
async function withoutHealed(
  { elasticsearch }: OpenConnector,
  { job, round }: CompareInput,
  ids: readonly string[],
  { signal }: ActivityScope,
): Promise<readonly string[]> {
  const documents = await lookUpDocuments(elasticsearch, { index: job.concreteIndex, ids, signal });
  const version = passVersion(job, 'heal', round);
  return ids.filter((id) => (documents.get(id)?.version ?? 0) < version);
}
