import { listServed } from '../../activities/connector/list-served';
import type { ConnectorDocument } from '../../connector-service/protocol/connector-document';
import { listJobs } from '../../jobs/list-jobs';
import { listOwnedSchedules, type OwnedSchedule } from '../../schedules/owned-schedules';
import { SyncFailure } from '../../sync/failures';
import { renderTable } from '../output/render-table';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { type TemporalSession, withTemporal } from '../session/with-temporal';

/** A connector as the command shows it. */
interface ListedConnector {
  readonly connector_id: string;
  readonly name: string;
  readonly managed_in: 'file' | 'elasticsearch';
  readonly index_name: string | null;
  /** Of one in Elasticsearch. */
  readonly status: string | null;
  readonly error: string | null;
  /** Of the last sync, as Temporal knows it. */
  readonly last_sync: { readonly status: string; readonly started_at: string } | null;
  /** Of whichever schedule starts first. */
  readonly next_sync: string | null;
}

/**
 * `pgferry connectors list` and `show`
 *
 * @param id - All connectors without it.
 */
export function listConnectors(id: string | undefined, options: ConfigurationOptions): Promise<void> {
  return withTemporal(options, async (session) => {
    const { settings, client, terminal } = session;
    const schedules = await listOwnedSchedules(client, settings.temporal);
    const served = (await listServed(settings)).map(describeServed);
    const ofFile = settings.connectors.map(({ id: connector_id, name, indexName: index_name }) => ({
      ...{ connector_id, name, managed_in: 'file' as const, index_name, status: null, error: null },
    }));
    const selected = [...ofFile, ...served].filter(({ connector_id }) => id === undefined || connector_id === id);
    if (id !== undefined && selected.length === 0) {
      const message = `there is no connector '${id}', in the file or in Elasticsearch`;
      throw new SyncFailure('InvalidConfig', message, '`pgferry connectors list` shows those that there are.');
    }
    const connectors = await Promise.all(selected.map((connector) => addSyncs(session, connector, schedules)));
    terminal.result({ connectors }, () => renderConnectors(connectors));
  });
}

function describeServed({ id, name = '', indexName, status, error }: ConnectorDocument) {
  return {
    ...{ connector_id: id, name, managed_in: 'elasticsearch' as const, index_name: indexName ?? null },
    ...{ status: status ?? null, error: error ?? null },
  };
}

async function addSyncs(
  { client, settings }: TemporalSession,
  connector: Omit<ListedConnector, 'last_sync' | 'next_sync'>,
  schedules: readonly OwnedSchedule[],
): Promise<ListedConnector> {
  const { connector_id: connectorId } = connector;
  const [last] = await listJobs(client, { taskQueue: settings.temporal.taskQueue, connectorId, limit: 1 });
  const times = schedules
    .filter(({ owner, description }) => owner.connectorId === connectorId && !description.state.paused)
    .flatMap(({ description }) => description.info.nextActionTimes.slice(0, 1))
    .sort((a, b) => a.getTime() - b.getTime());
  return {
    ...connector,
    last_sync: last === undefined ? null : { status: last.status, started_at: last.startedAt.toISOString() },
    next_sync: times[0]?.toISOString() ?? null,
  };
}

function renderConnectors(connectors: readonly ListedConnector[]): string {
  if (connectors.length === 0) return 'No connectors: the file defines none, and serves none in Elasticsearch.';
  const rows = connectors.map((connector) => {
    const { connector_id, name, managed_in, index_name, status, last_sync, next_sync } = connector;
    const last = last_sync === null ? 'never' : `${last_sync.started_at} ${last_sync.status}`;
    return [connector_id, name, managed_in, index_name ?? 'none', status ?? '', last, next_sync ?? 'by hand'];
  });
  const table = renderTable(['connector', 'name', 'managed in', 'index', 'status', 'last sync', 'next'], rows);
  const errors = connectors.flatMap(({ connector_id, error }) => (error === null ? [] : [`${connector_id}: ${error}`]));
  return [table, ...errors].join('\n');
}
