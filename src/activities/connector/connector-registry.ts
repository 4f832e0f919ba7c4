import type { Client } from '@elastic/elasticsearch';

import { findConnector } from '../../config/settings/find-connector';
import { hashDefinition } from '../../config/settings/hash-definition';
import type { ConnectorSettings, Settings } from '../../config/settings/settings';
import { connectElasticsearch } from '../../elasticsearch/connection/connect-elasticsearch';
import { closeSource, openSource, type Source } from '../../postgres/connection/source';
import { SyncFailure } from '../../sync/failures';
import { type ConnectorMemory, createConnectorMemory } from './connector-memory';
import { type ConnectorMeter, NO_METER } from './connector-meter';

/**
 * A connector with its servers at hand, which an activity begins with. It is handed on where most of it is needed, as
 * to copy or to describe relations; whoever needs one or two of its parts takes those.
 */
export interface OpenConnector {
  readonly settings: ConnectorSettings;
  /** Hash of the definition, secrets apart. */
  readonly definition: string;
  readonly source: Source;
  readonly elasticsearch: Client;
  readonly meter: ConnectorMeter;
  readonly memory: ConnectorMemory;
}

/** The connectors of a configuration; connections are opened when they are first needed, and shared. */
export interface ConnectorRegistry {
  /**
   * @param definition - the one that the sync was planned with, if it was; the newest otherwise
   * @throws NotDefinedHere where other workers may know better
   */
  readonly open: (connectorId: string, definition?: string) => OpenConnector;
  /** Takes other settings for the syncs that begin from now on; those under way go on as they were planned. */
  readonly reload: (settings: Settings) => void;
  readonly close: () => Promise<void>;
}

/** The configuration does not define a connector, or not as a sync needs it; that of another worker may. */
export class NotDefinedHere extends SyncFailure {
  /** @param type - `InvalidConfig` for an unknown connector, `ConfigChanged` for one that has another definition */
  constructor(
    override readonly type: 'InvalidConfig' | 'ConfigChanged',
    message: string,
    remedy?: string,
  ) {
    super(type, message, remedy);
  }
}

/** Connections beyond those that copy: control activities and cancellations. */
const SPARE_CONNECTIONS = 3;

/** Settings that syncs under way may have been planned with; a job that outlives more changes is planned anew. */
const KEPT_GENERATIONS = 10;

/** Gives the meter of a connector. */
type MeterOf = (connectorId: string) => ConnectorMeter;

/** @param meterOf - nothing is counted without it */
export function createConnectorRegistry(settings: Settings, meterOf: MeterOf = () => NO_METER): ConnectorRegistry {
  // The newest first.
  let generations = [createGeneration(settings, meterOf)];
  const closing: Generation[] = [];

  return {
    open: (connectorId, definition) => {
      const [newest] = generations;
      if (newest === undefined) throw new Error('no settings');
      if (definition === undefined) return newest.open(findHere(newest.settings, connectorId));
      for (const generation of generations) {
        const found = generation.settings.connectors.find(({ id }) => id === connectorId);
        if (found === undefined || hashDefinition(found, generation.settings.elasticsearch) !== definition) continue;
        return generation.open(found);
      }
      findHere(newest.settings, connectorId);
      throw new NotDefinedHere('ConfigChanged', `connector ${connectorId} has another definition`);
    },
    reload: (next) => {
      closing.push(...generations.slice(KEPT_GENERATIONS - 1));
      generations = [createGeneration(next, meterOf), ...generations.slice(0, KEPT_GENERATIONS - 1)];
    },
    close: async () => {
      await Promise.all([...generations, ...closing].map(({ close }) => close()));
    },
  };
}

function findHere(settings: Settings, connectorId: string): ConnectorSettings {
  try {
    return findConnector(settings, connectorId);
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    throw new NotDefinedHere('InvalidConfig', error.message, error.remedy);
  }
}

/** The connectors of settings that were in force at some time. An idle one holds no connection to PostgreSQL. */
interface Generation {
  readonly settings: Settings;
  readonly open: (connector: ConnectorSettings) => OpenConnector;
  readonly close: () => Promise<void>;
}

function createGeneration(settings: Settings, meterOf: MeterOf): Generation {
  const connectors = new Map<string, OpenConnector>();
  let elasticsearch: Client | undefined;

  const connect = (found: ConnectorSettings): OpenConnector => {
    elasticsearch ??= connectElasticsearch(settings.elasticsearch);
    const opened = {
      settings: found,
      definition: hashDefinition(found, settings.elasticsearch),
      elasticsearch,
      meter: meterOf(found.id),
      memory: createConnectorMemory(),
      source: openSource(found.source, {
        maxConnections: found.limits.concurrency + SPARE_CONNECTIONS,
        applicationName: `pgferry ${found.id}`,
        rowSecurity: found.documents.rowSecurity,
      }),
    };
    connectors.set(found.id, opened);
    return opened;
  };

  return {
    settings,
    open: (connector) => connectors.get(connector.id) ?? connect(connector),
    close: async () => {
      await Promise.all([...connectors.values()].map(({ source }) => closeSource(source)));
      await elasticsearch?.close();
    },
  };
}
