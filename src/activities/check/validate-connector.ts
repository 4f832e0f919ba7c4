import {
  checkPrivileges,
  describeMissingPrivileges,
  describeRole,
} from '../../elasticsearch/connection/check-privileges';
import { probeElasticsearch } from '../../elasticsearch/connection/probe-elasticsearch';
import { describeIndex } from '../../elasticsearch/index/describe-index';
import { findPrimary } from '../../postgres/server/find-primary';
import { probeSource } from '../../postgres/server/probe-source';
import { SyncFailure } from '../../sync/failures';
import { hasManyIndices } from '../../sync/indices/index-naming';
import type { OpenConnector } from '../connector/connector-registry';
import { collectProblems, type ConnectorProblem } from './collect-problems';

/**
 * Tries both servers; what is wrong with tables and index is for planning to say, which knows what the sync may do.
 * @throws SyncFailure with every problem in its message and the type of the first
 */
export async function validateConnector(connector: OpenConnector): Promise<void> {
  const problems = await checkServers(connector);
  const [first] = problems;
  if (first === undefined) return;
  throw new SyncFailure(first.type, problems.map(({ message }) => message).join(' '), first.remedy);
}

/** Tries both servers, and collects what is wrong with either. */
export function checkServers(connector: OpenConnector): Promise<ConnectorProblem[]> {
  return collectProblems([() => checkSource(connector), () => checkDestination(connector)]);
}

async function checkSource(connector: OpenConnector): Promise<void> {
  await probeSource(connector.source);
  await findPrimary(connector);
}

async function checkDestination({
  elasticsearch,
  settings,
}: Pick<OpenConnector, 'elasticsearch' | 'settings'>): Promise<void> {
  await probeElasticsearch(elasticsearch);
  const missing = await checkPrivileges(elasticsearch, settings);
  if (missing.length > 0) {
    throw new SyncFailure(
      'DestinationPermission',
      `Elasticsearch: the credentials lack the index privileges ${describeMissingPrivileges(missing)}.`,
      `Give the user's role, or the API key's role descriptor, also ${describeRole(missing)}`,
    );
  }
  if (!hasManyIndices(settings)) await describeIndex(elasticsearch, settings.indexName);
}
