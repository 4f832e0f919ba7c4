import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import type { WorkingPipelines } from '../../sync/pipelines';
import type { PipelineSubject } from './name-pipelines';
import { readPipelines } from './read-pipelines';

/** Whether other pipelines work on an index than before, or the same do something else; also where one is gone. */
export async function havePipelinesChanged(
  client: Client,
  subject: PipelineSubject,
  before: WorkingPipelines | undefined,
): Promise<boolean> {
  try {
    return (await readPipelines(client, subject))?.digest !== before?.digest;
  } catch (error) {
    if (error instanceof SyncFailure && error.type === 'InvalidConfig') return true;
    throw error;
  }
}
