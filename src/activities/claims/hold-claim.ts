import { setTimeout as sleep } from 'node:timers/promises';

import { readState } from '../../elasticsearch/index/state-store';
import { SyncFailure } from '../../sync/failures';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import { claimForStream, type Definitions } from './claim-definitions';

/**
 * Claims relations under their definitions, and waits until streams of other definitions have ended.
 * @param say - hears what it waits for
 */
export async function takeClaim(
  connector: OpenConnector,
  job: SyncJob,
  relations: Definitions,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const leftMs = await claimForStream(connector, job, relations, signal);
  if (leftMs === 0) return;
  say('waiting for streams of other definitions to end');
  await sleep(leftMs + 1, undefined, { signal });
}

/**
 * Reads the newest version that the index says was used.
 * @throws SyncFailure `SourceChanged` where somebody has claimed a relation under another definition since
 */
export async function readClaimed(
  { elasticsearch }: Pick<OpenConnector, 'elasticsearch'>,
  { connectorId, concreteIndex }: Pick<SyncJob, 'connectorId' | 'concreteIndex'>,
  relations: Definitions,
): Promise<number | undefined> {
  const connector = (await readState(elasticsearch, concreteIndex)).connectors[connectorId];
  const other = relations.find(({ name, definition }) => connector?.followed?.[name]?.definition !== definition);
  if (other === undefined) return connector?.version;
  throw new SyncFailure('SourceChanged', `The stream begins anew: ${other.name} is written under another definition.`);
}
