import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { statusOf } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';

/**
 * Looks for the ingest pipeline that documents shall pass; who may not look finds out by the first write.
 * @throws SyncFailure `InvalidConfig` where there is none
 */
export async function checkPipeline(client: Client, pipeline: string): Promise<void> {
  await translateFailures(`looking for the ingest pipeline ${pipeline}`, async () => {
    try {
      await client.ingest.getPipeline({ id: pipeline, summary: true });
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) {
        const message = `Elasticsearch has no ingest pipeline "${pipeline}".`;
        throw new SyncFailure('InvalidConfig', message, 'Create it, or correct `pipeline.name`.');
      }
      if (status !== 403) throw error;
    }
  });
}
