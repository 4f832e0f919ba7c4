import {
  checkPrivileges,
  describeMissingPrivileges,
  describeRole,
} from '../../elasticsearch/connection/check-privileges';
import { probeElasticsearch } from '../../elasticsearch/connection/probe-elasticsearch';
import { describeIndex } from '../../elasticsearch/index/describe-index';
import { probeSource } from '../../postgres/server/probe-source';
import { type FailureType, SyncFailure } from '../../sync/failures';
import type { OpenConnector } from '../connector/connector-registry';
import { checkOverrides } from './check-overrides';
import { planSync } from './plan-sync';

/** Something that keeps a connector from being synced. */
export interface ConnectorProblem {
  readonly type: FailureType;
  readonly message: string;
  readonly remedy: string;
}

/** Tries everything that a sync needs and collects every problem; changes nothing. */
export async function checkConnector(connector: OpenConnector): Promise<readonly ConnectorProblem[]> {
  const servers = await checkServers(connector);
  if (servers.length > 0) return servers;
  const failed: ConnectorProblem[] = [];
  const plan = async () => {
    const description = await planSync(connector, { jobType: 'full', jobId: 'check', options: {} });
    failed.push(...(description.plan.failed ?? []).map(({ failure }) => failure));
  };
  const overrides = async () => {
    failed.push(...(await checkOverrides(connector)));
  };
  return [...(await collectProblems([plan, overrides])), ...failed];
}

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

function checkServers(connector: OpenConnector): Promise<ConnectorProblem[]> {
  return collectProblems([() => probeSource(connector.source), () => checkDestination(connector)]);
}

async function checkDestination({
  elasticsearch,
  settings,
}: Pick<OpenConnector, 'elasticsearch' | 'settings'>): Promise<void> {
  await probeElasticsearch(elasticsearch);
  const missing = await checkPrivileges(elasticsearch, settings.indexName);
  if (missing.length > 0) {
    throw new SyncFailure(
      'DestinationPermission',
      `Elasticsearch: the credentials lack the index privileges ${describeMissingPrivileges(missing)}.`,
      `Give the user's role, or the API key's role descriptor, also ${describeRole(missing)}`,
    );
  }
  await describeIndex(elasticsearch, settings.indexName);
}

async function collectProblems(checks: readonly (() => Promise<unknown>)[]): Promise<ConnectorProblem[]> {
  const results = await Promise.allSettled(checks.map((check) => check()));
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    const failure: unknown = result.reason;
    if (!(failure instanceof SyncFailure)) throw failure;
    return [{ type: failure.type, message: failure.message, remedy: failure.remedy }];
  });
}
