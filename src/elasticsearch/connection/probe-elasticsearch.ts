import { type Client, errors } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { asObject, asText, readAnswer } from '../answers/read-answer';
import { statusOf } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { isCut } from './is-cut';
import { openTls } from './open-tls';
import { recognizeStranger } from './recognize-stranger';

/** The Elasticsearch that answers. */
export interface ElasticsearchIdentity {
  /** `9.5.3`; absent where the credentials lack the cluster privilege `monitor`, which a sync can do without. */
  readonly version?: string;
  readonly clusterName?: string;
  readonly clusterUuid?: string;
}

const DOING = 'asking for its version';
const OLDEST_MAJOR = 8;
/** Milliseconds for the first answer: whoever asks whether it is there should not wait as long as for a large bulk. */
const PROBE_TIMEOUT_MS = 10_000;
/**
 * Asks Elasticsearch who it is.
 *
 * @throws SyncFailure `DestinationUnavailable`, `DestinationAuthentication`; `InvalidConfig` for something else or a
 *   version before 8.
 */
export async function probeElasticsearch(client: Client): Promise<ElasticsearchIdentity> {
  try {
    return await askForVersion(client);
  } catch (error) {
    throw (await explainSilence(client, error)) ?? error;
  }
}

/** A server that speaks TLS only cuts every connection that doesn't, without a word. */
async function explainSilence(client: Client, error: unknown): Promise<SyncFailure | undefined> {
  const url = client.connectionPool.connections[0]?.url;
  if (!(error instanceof SyncFailure) || url?.protocol !== 'http:' || !isCut(error)) return undefined;
  const options = { host: url.hostname, port: Number(url.port || 80), rejectUnauthorized: false };
  const socket = await openTls(options).catch(() => undefined);
  if (socket === undefined) return undefined;
  socket.destroy();
  return new SyncFailure(
    'InvalidConfig',
    `Elasticsearch at ${url.origin}: it speaks TLS only`,
    'Write `elasticsearch.host` with https://, and give `elasticsearch.ca_file`.',
  );
}

function askForVersion(client: Client): Promise<ElasticsearchIdentity> {
  return translateFailures(DOING, async () => {
    try {
      const answer: unknown = await client.info({}, { requestTimeout: PROBE_TIMEOUT_MS });
      const { version, clusterName, clusterUuid } = readAnswer(DOING, () => readIdentity(answer));
      if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
        throw new SyncFailure(
          'InvalidConfig',
          `Elasticsearch ${version} is too old: pgferry needs ${OLDEST_MAJOR} or newer.`,
        );
      }
      return { version, clusterName, clusterUuid };
    } catch (error) {
      if (statusOf(error) === 403) return {};
      if (error instanceof errors.ProductNotSupportedError) throw await recognizeStranger(client);
      throw error;
    }
  });
}

function readIdentity(answer: unknown): Required<ElasticsearchIdentity> {
  const { version, cluster_name: name, cluster_uuid: uuid } = asObject(answer);
  const number = asText(asObject(version)['number']);
  if (!/^\d+\.\d+/u.test(number)) throw new Error('not a version');
  return { version: number, clusterName: asText(name), clusterUuid: asText(uuid) };
}
