import { checkConnector } from '../../activities/check/check-connector';
import { collectProblems, type ConnectorProblem } from '../../activities/check/collect-problems';
import { NO_METER } from '../../activities/connector/connector-meter';
import type { OpenConnector } from '../../activities/connector/connector-registry';
import { openConnector } from '../../activities/connector/open-connector';
import type { ConnectorSettings } from '../../config/settings/settings';
import { keepSecrets } from '../../logging/blot-secrets';
import { probeSource } from '../../postgres/server/probe-source';
import { SyncFailure } from '../../sync/failures';
import type { ServiceContext } from '../context/service-context';
import { readSettings, secretsOf } from '../protocol/read-settings';
import type { Snapshot } from '../protocol/to-entry';

/** Stands for the index of a connector that has none: nothing is asked about it. */
export const NO_INDEX = 'no-index';

/** Finds everything by which a sync of a connector would fail. */
export function findFailures(context: ServiceContext, snapshot: Snapshot): Promise<ConnectorProblem[]> {
  keepSecrets(secretsOf(snapshot));
  return collect(async () => {
    const indexName = snapshot.indexName ?? NO_INDEX;
    const settings = readSettings({ ...snapshot, indexName }, context.settings.served);
    if (snapshot.indexName !== undefined) return findFailuresOf(context, settings);
    return withConnector(context, settings, ({ source }) => collectProblems([() => probeSource(source)]));
  });
}

/** The same of a connector with these settings. */
export function findFailuresOf(context: ServiceContext, settings: ConnectorSettings): Promise<ConnectorProblem[]> {
  return collect(async () => [...(await withConnector(context, settings, checkConnector)).problems]);
}

async function collect(look: () => Promise<ConnectorProblem[]>): Promise<ConnectorProblem[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    return [{ type: error.type, message: error.message, remedy: error.remedy }];
  }
}

/** Opens a connector for one look at it, apart from its syncs. */
export async function withConnector<Result>(
  { settings, elasticsearch }: ServiceContext,
  connector: ConnectorSettings,
  work: (opened: OpenConnector) => Promise<Result>,
): Promise<Result> {
  const { connector: opened, close } = openConnector(connector, settings.elasticsearch, elasticsearch, NO_METER);
  try {
    return await work(opened);
  } finally {
    await close();
  }
}
