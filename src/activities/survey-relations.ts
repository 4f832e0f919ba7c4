import { countByRelation, refreshIndex } from '../elasticsearch/count-documents';
import { countDeadLetters } from '../elasticsearch/find-dead-letters';
import { deadLetterIndexName } from '../elasticsearch/index-names';
import { countIds, countRows } from '../postgres/read-ids';
import { isReadAsWhole } from '../sync/relation';
import { type SyncJob } from '../sync/sync-plan';
import { type ActivityScope } from './activity-scope';
import { idRequest } from './compare-ids';
import { type OpenConnector } from './connector-registry';
import { openRelation } from './relation-cache';
import { type RelationSurvey, type Survey } from './sync-activities';

/** What to count: relations of the plan, and, with the last batch, all that the plan knows. */
export interface SurveyInput {
  readonly job: SyncJob;
  readonly relations: readonly { readonly name: string; readonly oid: number }[];
  readonly known?: readonly string[];
}

/**
 * Counts documents, dead letters and rows. Every row was in the index when the relation was read, so where documents and
 * dead letters together are as many as rows, nothing is stale and ids need no comparison; a full job over an index that
 * held documents before compares all the same, since others may have changed it.
 */
export async function surveyRelations(
  connector: OpenConnector,
  input: SurveyInput,
  scope: ActivityScope,
): Promise<Survey> {
  const { job, known } = input;
  await refreshIndex(connector.elasticsearch, job.concreteIndex);
  const documents = await countByRelation(connector.elasticsearch, job.concreteIndex, job.connectorId);
  const rejected = await countDeadLetters(connector.elasticsearch, deadLetterIndexName(job.index), job.connectorId);
  const relations: RelationSurvey[] = [];
  for (const { name, oid } of input.relations) {
    const projected = await openRelation(connector, job, { relation: name, oid });
    // No index vouches for the key of a query: rows that share an id have one document or dead letter.
    const countKeys = isReadAsWhole(projected.relation) ? countIds : countRows;
    const rows = await countKeys(connector.source, idRequest(projected, scope));
    const counts = { documents: documents.get(name) ?? 0, rejected: rejected.get(name) ?? 0, rows };
    const compare = (job.jobType === 'full' && !job.newIndex) || counts.documents + counts.rejected !== rows;
    relations.push({ relation: name, ...counts, compare });
  }
  return { relations, orphans: known === undefined ? [] : findOrphans(documents, known) };
}

function findOrphans(documents: ReadonlyMap<string, number>, known: readonly string[]): Survey['orphans'] {
  const names = new Set(known);
  return [...documents]
    .filter(([relation]) => !names.has(relation))
    .map(([relation, count]) => ({ relation, documents: count }));
}
