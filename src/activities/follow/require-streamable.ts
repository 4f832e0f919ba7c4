import type { ReplicatedServer } from '../../postgres/replication/identify-server';
import type { SourceProbe } from '../../postgres/server/probe-source';
import { SyncFailure } from '../../sync/failures';
import type { Hurdle } from './find-hurdles';

export function describeStandby(): Hurdle {
  return {
    message: 'Rows are read from a standby, whose changes can’t be followed yet.',
    remedy: 'Give the address of the primary in configuration.host.',
  };
}

/** @returns undefined where changes come from the server that rows are read from */
export function describeMismatch(
  { identity }: SourceProbe,
  server: ReplicatedServer,
  host: string,
): Hurdle | undefined {
  const { systemIdentifier, timeline } = identity;
  const isTold = !systemIdentifier.startsWith('oid-');
  if (!isTold || (server.systemIdentifier === systemIdentifier && server.timeline === timeline)) return undefined;
  return {
    message: `Changes would come from another server than rows: ${host}.`,
    remedy: 'Let `continuous.host` and `configuration.host` lead to the same server.',
  };
}

/** @throws SyncFailure `InvalidConfig` that names every hurdle with its remedy */
export function refuseHurdles(connectorId: string, hurdles: readonly Hurdle[]): void {
  if (hurdles.length === 0) return;
  const messages = hurdles.map(({ message }) => message).join(' ');
  const remedies = hurdles.map(({ remedy }) => remedy).join(' ');
  throw new SyncFailure('InvalidConfig', `Connector ${connectorId}: ${messages}`, remedies);
}
