import type { Client } from '@elastic/elasticsearch';

import { translateFailures } from '../../elasticsearch/answers/translate-failure';
import { deleteIndex } from '../../elasticsearch/index/delete-index';
import { describeIndex } from '../../elasticsearch/index/describe-index';
import { restoreSettings } from '../../elasticsearch/index/load-mode';
import { readAlias } from '../../elasticsearch/index/read-alias';
import { isSettling, putBack } from '../../elasticsearch/replacement/settle-as-index';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { RestoredIndex } from '../contract/activity-results';
import { findSettled } from './let-serve';

/**
 * Undoes what only makes sense while a sync runs; for every end that is not a success. Harmless when repeated.
 * @returns which index it removed, and which serve on; undefined where none was removed
 */
export async function restoreIndex(
  { elasticsearch, memory }: Pick<OpenConnector, 'elasticsearch' | 'memory'>,
  job: SyncJob,
): Promise<RestoredIndex | undefined> {
  memory.forget();
  if (job.rebuild && !(await isPastReplacement(elasticsearch, job))) {
    const serving = await findServing(elasticsearch, job);
    await deleteIndex(elasticsearch, job.concreteIndex);
    return { removed: job.concreteIndex, serving };
  }
  await restoreSettings(elasticsearch, job.concreteIndex);
  return undefined;
}

/** Whether a rebuilt index has taken the place of the old one, which is gone: then it has to serve on. */
async function isPastReplacement(elasticsearch: Client, job: SyncJob): Promise<boolean> {
  const { index, concreteIndex } = job;
  const rebuilt = await describeIndex(elasticsearch, concreteIndex);
  if (rebuilt === undefined) return (await findSettled(elasticsearch, job)) !== undefined;
  if (isSettling(rebuilt)) {
    await putBack(elasticsearch, { name: index, from: concreteIndex });
    return true;
  }
  // The alias may stand on several indices by now, which is a reason to end here and none to fail again.
  return (await readAlias(elasticsearch, index)).includes(concreteIndex);
}

async function findServing(elasticsearch: Client, { index, rebuildAs }: SyncJob): Promise<string[]> {
  const serving = await readAlias(elasticsearch, index);
  if (serving.length > 0 || rebuildAs === undefined) return serving;
  const isThere = await translateFailures(`looking for the index ${index}`, () =>
    elasticsearch.indices.exists({ index }),
  );
  return isThere ? [index] : [];
}
