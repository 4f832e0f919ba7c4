import { Client, type ClientOptions } from '@elastic/elasticsearch';

import type { ElasticsearchSettings } from '../../config/settings/settings';
import { toSyncFailure } from '../answers/translate-failure';
import { secureConnections } from './secure-connections';
import { TimedConnection } from './timed-connection';

/** Milliseconds until an idle connection is closed: shorter than common load balancers allow, so that none is found dead. */
const KEEP_ALIVE_MS = 50_000;

/** Bytes of an answer, but for documents and bulks, which have their own limits: a mapping of 100,000 fields has about 20 MB. */
const LARGEST_ANSWER = 128 * 1_048_576;

/**
 * A client with keep-alive connections. Nothing is sent yet. Requests that are not bulks are tried up to three times
 * by the client itself; bulks are retried by the bulk writer, which knows their items.
 *
 * @throws SyncFailure `InvalidConfig` for settings that contradict each other.
 */
export function connectElasticsearch(settings: ElasticsearchSettings): Client {
  const auth = readAuth(settings);
  const secured = settings.host.startsWith('https:') ? secureConnections(settings) : undefined;
  const agent = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // Undici takes it; the client's types don't know.
    ...(secured === undefined ? {} : { connect: secured.connect }),
  };
  try {
    return new Client({
      node: settings.host,
      requestTimeout: settings.requestTimeoutMs,
      maxRetries: 2,
      maxResponseSize: LARGEST_ANSWER,
      // Bulk answers are read as they come: a proxy that may compress would make them unreadable.
      headers: { 'accept-encoding': 'identity' },
      agent,
      Connection: secured?.Connection ?? TimedConnection,
      ...(auth === undefined ? {} : { auth }),
    });
  } catch (error) {
    throw toSyncFailure(error, 'reading the settings of Elasticsearch');
  }
}

function readAuth(settings: ElasticsearchSettings): ClientOptions['auth'] {
  if (settings.apiKey !== undefined) return { apiKey: settings.apiKey };
  if (settings.serviceToken !== undefined) return { bearer: settings.serviceToken };
  if (settings.username !== undefined) return { username: settings.username, password: settings.password ?? '' };
  return undefined;
}
