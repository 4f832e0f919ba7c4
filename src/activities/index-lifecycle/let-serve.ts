import type { Client } from '@elastic/elasticsearch';

import { describeIndex, type IndexDescription } from '../../elasticsearch/index/describe-index';
import { replaceIndex } from '../../elasticsearch/replacement/replace-index';
import { isCloneOf } from '../../elasticsearch/replacement/settle-as-index';
import { SyncFailure } from '../../sync/failures';
import type { SyncJob } from '../../sync/sync-plan';

/** A rebuilt index, as it serves. */
export interface Served {
  readonly serving: IndexDescription;
  /** Notes for people. */
  readonly notes: readonly string[];
}

/** Lets a rebuilt index serve: under its alias, or as the index of that name. Calling it again is harmless. */
export async function letServe(elasticsearch: Client, job: SyncJob): Promise<Served> {
  const { index, concreteIndex, connectorId, rebuildAs } = job;
  const refusal = await replaceIndex(elasticsearch, { alias: index, to: concreteIndex, connectorId, as: rebuildAs });
  const serving = await describeIndex(elasticsearch, index);
  if (serving === undefined || (serving.concrete !== concreteIndex && !isCloneOf(serving, concreteIndex))) {
    const now = serving === undefined ? 'is gone' : `stands on ${serving.concrete}`;
    throw new SyncFailure('DestinationChanged', `${index} ${now}, just after it was rebuilt as ${concreteIndex}.`);
  }
  return { serving, notes: refusal === undefined ? [] : [`${index} stays an alias, of ${concreteIndex}: ${refusal}.`] };
}

/** The index that a rebuilt one has become, which is gone by then. */
export async function findSettled(
  elasticsearch: Client,
  { index, concreteIndex, rebuildAs }: SyncJob,
): Promise<IndexDescription | undefined> {
  if (rebuildAs !== 'index') return undefined;
  const settled = await describeIndex(elasticsearch, index);
  return settled !== undefined && isCloneOf(settled, concreteIndex) ? settled : undefined;
}
