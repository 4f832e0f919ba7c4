import { identifyServer } from '../../postgres/replication/identify-server';
import { findPrimary } from '../../postgres/server/find-primary';
import { probeSource } from '../../postgres/server/probe-source';
import { SyncFailure } from '../../sync/failures';
import type { LeftRelation, ReadAgainRelation } from '../../sync/wire/follow-state';
import type { OpenConnector } from '../connector/connector-registry';
import type { ProjectedRelation } from '../plan/projected-relation';
import { examineSource } from './examine-source';
import { describeMismatch, describeStandby, type Hurdle } from './find-hurdles';
import { tell } from './read-again/choose-read-again';
import { streamAddress } from './stream-address';

/** Expectations of a connector's stream, before it is started. */
export interface StreamForesight {
  /** Names of relations whose changes would be followed. */
  readonly followed: readonly string[];
  /** Relations that syncs would read again soon after a change. */
  readonly readAgain: readonly ReadAgainRelation[];
  /** Relations that wait for schedules. */
  readonly left: readonly LeftRelation[];
  /** Everything that keeps the stream from starting, each with the statement that mends it. */
  readonly hurdles: readonly Hurdle[];
}

/**
 * Finds out whether changes could be followed, by asking as the stream would; changes nothing.
 * @returns undefined where the connector has no section continuous
 */
export async function foreseeStream(
  connector: OpenConnector,
  relations: readonly ProjectedRelation[],
): Promise<StreamForesight | undefined> {
  const { settings } = connector;
  const { continuous } = settings;
  if (continuous === undefined) return undefined;
  const source = await findPrimary(connector);
  const probe = await probeSource(source);
  const { followed, readAgain, left, hurdles } = await examineSource({ settings, source }, relations, continuous);
  const chosen = { followed: followed.map(({ name }) => name), readAgain: readAgain.map(tell), left };
  const address = streamAddress(source.settings, continuous);
  if (continuous.mode === 'poll') return { ...chosen, hurdles };
  const lacksRole = hurdles.some(({ message }) => message.includes(`role ${address.username}`));
  const connecting = lacksRole ? [] : await tryToConnect();
  return {
    ...chosen,
    hurdles: [...(probe.inRecovery ? [describeStandby()] : []), ...hurdles, ...connecting],
  };

  async function tryToConnect(): Promise<Hurdle[]> {
    try {
      const mismatch = describeMismatch(probe, await identifyServer(address), address.host);
      return mismatch === undefined || probe.inRecovery ? [] : [mismatch];
    } catch (error) {
      if (!(error instanceof SyncFailure)) throw error;
      return [{ message: `Changes can't be asked for: ${error.message}.`, remedy: error.remedy }];
    }
  }
}
