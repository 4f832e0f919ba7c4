import type { Client } from '@elastic/elasticsearch';

import type { ConnectorSettings, Settings } from '../../config/settings/settings';
import type { BegunSync } from '../../connector-service/jobs/claim-job';
import { connectElasticsearch } from '../../elasticsearch/connection/connect-elasticsearch';
import type { ConnectorMeter } from './connector-meter';
import { type OpenConnector, openConnector, type Opened, openIndex } from './open-connector';
import {
  beginPublished,
  beginServed,
  prepareServed,
  readServed,
  readServedAs,
  type ServedConnector,
} from './open-served';

/** Gives the meter of a connector. */
export type MeterOf = (connectorId: string) => ConnectorMeter;

/** The connectors of settings that were in force at some time. An idle one holds no connection to PostgreSQL. */
export interface Generation {
  readonly settings: Settings;
  /** Opens a connector of the file, or one of its indices. */
  readonly open: (connector: ConnectorSettings, index?: string) => OpenConnector;
  /** Opens a connector that is managed in Elasticsearch, as it is now. */
  readonly openServed: (connectorId: string) => Promise<OpenConnector>;
  /** Opens it as the job of a definition holds it. */
  readonly openServedAs: (connectorId: string, definition: string) => Promise<OpenConnector>;
  readonly beginServed: (begun: BegunSync) => Promise<OpenConnector>;
  /** Has a sync that begins of a connector of the file shown in Elasticsearch, where the file wants that. */
  readonly beginPublished: (begun: BegunSync) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Settings of a connector that is managed in Elasticsearch, kept open: a job may have others than the one before it. */
const KEPT_SETTINGS = 4;
/** Indices of connectors that have many: more than are synced at a time, by far. */
const KEPT_INDICES = 100;

export function createGeneration(settings: Settings, meterOf: MeterOf): Generation {
  const ofFile = new Map<string, Opened>();
  /** By connector and name, those used of late: tables come and go, and each has what it remembers. */
  const indices = new Map<string, OpenConnector>();
  /** By the whole of their settings, passwords included: a job is a new definition, but seldom new settings. */
  const served = new Map<string, Opened>();
  let shared: Client | undefined;
  const client = () => (shared ??= connectElasticsearch(settings.elasticsearch));
  const connect = (found: ConnectorSettings) =>
    openConnector(found, settings.elasticsearch, client(), meterOf(found.id));

  const keep = ({ settings: found, definition }: ServedConnector): OpenConnector => {
    const key = JSON.stringify(found);
    const opened = served.get(key) ?? connect(found);
    served.delete(key);
    served.set(key, opened);
    const ofSame = [...served].filter(([, { connector }]) => connector.settings.id === found.id);
    for (const [old, { close }] of ofSame.slice(0, -KEPT_SETTINGS)) {
      served.delete(old);
      void close();
    }
    return { ...opened.connector, definition };
  };

  return {
    settings,
    open: (connector, index) => {
      const opened = ofFile.get(connector.id) ?? connect(connector);
      ofFile.set(connector.id, opened);
      if (index === undefined) return opened.connector;
      const key = `${connector.id}/${index}`;
      const ofIndex = indices.get(key) ?? openIndex(opened.connector, index);
      indices.delete(key);
      indices.set(key, ofIndex);
      // The others share their connections: there is nothing to close.
      for (const old of [...indices.keys()].slice(0, -KEPT_INDICES)) indices.delete(old);
      return ofIndex;
    },
    openServed: async (connectorId) => keep(await readServed(client(), settings, connectorId)),
    openServedAs: async (connectorId, definition) =>
      keep(await readServedAs(client(), settings, connectorId, definition)),
    beginServed: async (begun) => {
      const begin = await beginServed(client(), settings, begun);
      const connector = keep(begin);
      await prepareServed(connector.elasticsearch, begin);
      return connector;
    },
    beginPublished: async (begun) => {
      if (settings.published !== undefined) await beginPublished(client(), begun);
    },
    close: async () => {
      await Promise.all([...ofFile.values(), ...served.values()].map(({ close }) => close()));
      await shared?.close();
    },
  };
}
