import type { Client } from '@elastic/elasticsearch';

import { asList, asObject, damagedAnswer, readAnswer } from '../answers/read-answer';
import { translateFailures } from '../answers/translate-failure';
import { type FoundDocument, type FoundId, readFound, readFoundId } from './found-document';
import { AS_CONNECTORS, CONNECTORS, SYNC_JOBS } from './protocol-index';

/** Connectors to look at: those of these ids, or of this type too. */
export interface ServedScope {
  readonly ids: readonly string[];
  readonly serviceType?: string;
}

/** Whatever a service may have to do something about. */
export interface ServiceView {
  /** Connectors that are not deleted. */
  readonly connectors: readonly FoundId[];
  /** Jobs that have not ended, the oldest first; without the settings that they hold, among which are passwords. */
  readonly jobs: readonly FoundDocument[];
  /** Whether there are more of either than Elasticsearch gives at a time: the rest is seen when some of these are gone. */
  readonly isCut: boolean;
}

/** Statuses of jobs that have not ended. */
const LIVE = ['pending', 'suspended', 'in_progress', 'canceling'];
/** Elasticsearch's own limit of hits. */
const MOST = 10_000;
const LOOKING = 'looking for connectors and sync jobs';

/** One request. What is not refreshed yet is not seen; an index that isn't there holds nothing. */
export async function lookAtService(client: Client, scope: ServedScope): Promise<ServiceView> {
  const answer: unknown = await translateFailures(LOOKING, () =>
    client.msearch({ searches: [...connectorSearch(scope), ...jobSearch(scope)] }, AS_CONNECTORS),
  );
  return readAnswer(LOOKING, () => {
    const [connectors, jobs] = asList(asObject(answer)['responses']).map(readHits);
    if (connectors === undefined || jobs === undefined) throw damagedAnswer(LOOKING);
    const isCut = [connectors, jobs].some((hits) => hits.length === MOST);
    return { connectors: connectors.map(readFoundId), jobs: jobs.map(readFound), isCut };
  });
}

function connectorSearch({ ids, serviceType }: ServedScope) {
  const ofType = {
    bool: { filter: [{ term: { service_type: serviceType } }], must_not: [{ term: { is_native: true } }] },
  };
  const should = [{ ids: { values: [...ids] } }, ...(serviceType === undefined ? [] : [ofType])];
  const query = { bool: { should, minimum_should_match: 1, must_not: [{ term: { deleted: true } }] } };
  return [header(CONNECTORS), { size: MOST, seq_no_primary_term: true, _source: false, query }];
}

function jobSearch({ ids, serviceType }: ServedScope) {
  const ofType = { term: { 'connector.service_type': serviceType } };
  const should = [{ terms: { 'connector.id': [...ids] } }, ...(serviceType === undefined ? [] : [ofType])];
  const query = { bool: { should, minimum_should_match: 1, filter: [{ terms: { status: LIVE } }] } };
  const excludes = ['connector.configuration', 'connector.filtering'];
  const sort = [{ created_at: 'asc' }];
  return [header(SYNC_JOBS), { size: MOST, seq_no_primary_term: true, _source: { excludes }, sort, query }];
}

function header(index: string) {
  return { index, ignore_unavailable: true, allow_no_indices: true };
}

function readHits(response: unknown): readonly unknown[] {
  const { error, hits } = asObject(response);
  // Such as a shard that has not started.
  if (error !== undefined) throw damagedAnswer(LOOKING);
  return asList(asObject(hits)['hits']);
}
