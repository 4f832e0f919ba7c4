import type { Client } from '@elastic/elasticsearch';

import { defineIndex, hashDefinition } from '../../config/settings/hash-definition';
import type { ConnectorSettings, ElasticsearchSettings } from '../../config/settings/settings';
import { connectElasticsearch } from '../../elasticsearch/connection/connect-elasticsearch';
import { closeSource, openSource, type Source } from '../../postgres/connection/source';
import { type ConnectorMemory, createConnectorMemory } from './connector-memory';
import type { ConnectorMeter } from './connector-meter';

/**
 * A connector with its servers at hand, which an activity begins with. It is handed on where most of it is needed, as
 * to copy or to describe relations; whoever needs one or two of its parts takes those.
 */
export interface OpenConnector {
  readonly settings: ConnectorSettings;
  /** Hash of the definition, secrets apart. */
  readonly definition: string;
  readonly source: Source;
  /** The server at `continuous.host`, by the role that reads rows: that of `source`, or its primary. */
  readonly streamed?: Source;
  readonly elasticsearch: Client;
  readonly meter: ConnectorMeter;
  readonly memory: ConnectorMemory;
}

/** One of the indices of a connector whose tables have their own: it shares the connections. */
export function openIndex(connector: OpenConnector, index: string): OpenConnector {
  const definition = defineIndex(connector.definition, index);
  const settings = { ...connector.settings, indexName: index };
  return { ...connector, settings, definition, memory: createConnectorMemory() };
}

/** A connector, and what closes its connections. */
export interface Opened {
  readonly connector: OpenConnector;
  readonly close: () => Promise<void>;
}

/** Connections beyond those that copy: control activities and cancellations. */
const SPARE_CONNECTIONS = 3;
/** One that reads rows again, one that watches the stream, one of a sync that begins. */
const STREAM_CONNECTIONS = 3;

/**
 * Opens a connector; nothing is connected yet.
 * @param client - of the file's own credentials; an API key of the connector's takes their place
 */
export function openConnector(
  found: ConnectorSettings,
  elasticsearch: ElasticsearchSettings,
  client: Client,
  meter: ConnectorMeter,
): Opened {
  const own = found.apiKey === undefined ? undefined : connectElasticsearch({ ...elasticsearch, apiKey: found.apiKey });
  const options = { applicationName: `pgferry ${found.id}`, rowSecurity: found.documents.rowSecurity };
  const source = openSource(found.source, {
    ...options,
    maxConnections: found.limits.concurrency + SPARE_CONNECTIONS,
  });
  const { mode, host = found.source.host, port = found.source.port } = found.continuous ?? {};
  const isElsewhere = mode === 'stream' && (host !== found.source.host || port !== found.source.port);
  const streamed = isElsewhere
    ? openSource({ ...found.source, host, port }, { ...options, maxConnections: STREAM_CONNECTIONS })
    : undefined;
  return {
    connector: {
      settings: found,
      definition: hashDefinition(found, elasticsearch),
      elasticsearch: own ?? client,
      meter,
      memory: createConnectorMemory(),
      source,
      ...(streamed === undefined ? {} : { streamed }),
    },
    close: async () => {
      await closeSource(source);
      if (streamed !== undefined) await closeSource(streamed);
      await own?.close();
    },
  };
}
