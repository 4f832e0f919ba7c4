import { type Client, errors } from '@elastic/elasticsearch';
import { SyncFailure } from '../sync/failures';
import { translateFailures } from './translate-failure';

/** Which Elasticsearch answers. */
export interface ElasticsearchIdentity {
  /** `9.5.3`; absent where the credentials lack the cluster privilege `monitor`, which a sync can do without. */
  readonly version?: string;
  readonly clusterName?: string;
  readonly clusterUuid?: string;
}

const OLDEST_MAJOR = 8;
/** Milliseconds for the first answer: whoever asks whether it is there should not wait as long as for a large bulk. */
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Asks Elasticsearch who it is.
 *
 * @throws SyncFailure `DestinationUnavailable`, `DestinationAuthentication`; `InvalidConfig` for something else or a version before 8.
 */
export async function probeElasticsearch(client: Client): Promise<ElasticsearchIdentity> {
  return translateFailures('asking for its version', async () => {
    try {
      const info = await client.info({}, { requestTimeout: PROBE_TIMEOUT_MS });
      const version = info.version.number;
      if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
        throw new SyncFailure(
          'InvalidConfig',
          `Elasticsearch ${version} is too old: pgferry needs ${OLDEST_MAJOR} or newer.`,
        );
      }
      return { version, clusterName: info.cluster_name, clusterUuid: info.cluster_uuid };
    } catch (error) {
      if (error instanceof errors.ResponseError && error.statusCode === 403) return {};
      throw error;
    }
  });
}
