import { setTimeout as sleep } from 'node:timers/promises';

import { readState, writeState } from '../../elasticsearch/index/state-store';
import { withTransaction } from '../../postgres/connection/transaction';
import { readMoment } from '../../postgres/server/read-moment';
import { SyncFailure } from '../../sync/failures';
import { claimDefinition } from '../../sync/followed-definitions';
import type { ConnectorState } from '../../sync/index-state';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import type { ProjectedRelation } from '../plan/projected-relation';

/** Milliseconds after which a stream that writes looks whether its definitions are still those that count. */
export const LOOK_AT_CLAIM_MS = 2_000;
/** Milliseconds by which it has looked, and ended. */
const OTHERS_END_MS = 3_000;
const MICROSECONDS_PER_MS = 1_000;

type Target = Pick<SyncJob, 'connectorId' | 'concreteIndex'>;
type Definitions = readonly Pick<ProjectedRelation, 'name' | 'definition'>[];

/**
 * Says in the index under which definitions a stream writes, before its first write. Where another one wrote under others,
 * no sync counts that begins before that has ended, which this waits for: the next one copies those relations.
 * @param say - hears what it waits for
 */
export async function claimDefinitions(
  { elasticsearch, source }: OpenConnector,
  { connectorId, concreteIndex }: Target,
  relations: Definitions,
  say: (doing: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = await withTransaction(source, readMoment, { isolation: 'repeatable read', signal });
  const since = clock + OTHERS_END_MS * MICROSECONDS_PER_MS;
  const state = await writeState(elasticsearch, concreteIndex, ({ connectors, ...others }) => {
    const connector = connectors[connectorId];
    const changed = connector === undefined ? {} : { [connectorId]: claimAll(connector, relations, since) };
    return { ...others, connectors: { ...connectors, ...changed } };
  });
  const { followed = {} } = state.connectors[connectorId] ?? {};
  const latest = Math.max(0, ...Object.values(followed).map((of) => of.since ?? 0));
  const leftMs = Math.min(OTHERS_END_MS, (latest - clock) / MICROSECONDS_PER_MS);
  if (leftMs <= 0) return;
  say('waiting for a stream of another definition to end');
  await sleep(leftMs + 1, undefined, { signal });
}

/** Relations that are followed no longer keep what was said of them. */
function claimAll(connector: ConnectorState, relations: Definitions, since: number): ConnectorState {
  const before = connector.followed ?? {};
  const claimed = relations.map(
    ({ name, definition }) => [name, claimDefinition(before[name], definition, since)] as const,
  );
  return { ...connector, followed: { ...before, ...Object.fromEntries(claimed) } };
}

/**
 * Reads the newest version that the index says was used.
 * @throws SyncFailure `SourceChanged` where another stream has said since that it writes under other definitions
 */
export async function readClaimed(
  { elasticsearch }: Pick<OpenConnector, 'elasticsearch'>,
  { connectorId, concreteIndex }: Target,
  relations: Definitions,
): Promise<number | undefined> {
  const connector = (await readState(elasticsearch, concreteIndex)).connectors[connectorId];
  const other = relations.find(({ name, definition }) => connector?.followed?.[name]?.definition !== definition);
  if (other === undefined) return connector?.version;
  const message = `The stream begins anew: another one follows ${other.name}, as it is defined now.`;
  throw new SyncFailure('SourceChanged', message);
}
