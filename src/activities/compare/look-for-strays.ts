import { scanOwners } from '../../elasticsearch/documents/scan-owners';
import { idSchemeOf } from '../../sync/document-owner';
import { relationField } from '../../sync/relation';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { Survey } from '../contract/activity-results';
import type { ActivityScope } from '../contract/activity-scope';
import { countUnaccounted } from './count-unaccounted';

/**
 * Looks for documents of this connector that queries by pgferry's fields miss, since somebody else wrote these fields.
 * Where all documents of the index are accounted for by them, but for as many as the last sync left out, there are none.
 * Else every id is looked at.
 * @param own - how many documents the connector's queries find; with `allIds` every id is looked at in any case
 */
export async function lookForStrays(
  { elasticsearch }: OpenConnector,
  job: SyncJob,
  { own, allIds }: { readonly own: number; readonly allIds: boolean },
  scope: ActivityScope,
): Promise<Pick<Survey, 'strays' | 'foreign'>> {
  const { connectorId, concreteIndex: index } = job;
  const { unaccounted, remembered, others } = await countUnaccounted(elasticsearch, job, own);
  if (!allIds && unaccounted === remembered) return {};
  const claims = [connectorId, ...others].map((id) => relationField(id, ''));
  const strays = new Map<string, number>();
  let foreign = 0;
  for await (const page of scanOwners(elasticsearch, { ...idSchemeOf(job), index, signal: scope.signal })) {
    for (const { relation, claim, isStray } of page) {
      if (isStray && relation !== undefined) strays.set(relation, (strays.get(relation) ?? 0) + 1);
      else if (!claims.some((start) => claim?.startsWith(start))) foreign += 1;
    }
    scope.heartbeat();
  }
  return { strays: [...strays].map(([relation, documents]) => ({ relation, documents })), foreign };
}
