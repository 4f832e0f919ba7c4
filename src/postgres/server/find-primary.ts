import { SyncFailure } from '../../sync/failures';
import type { Source } from '../connection/source';
import { isInRecovery, probeSource } from './probe-source';

/** Where a connector's rows are read, and where its changes are followed if that has another address. */
export interface ReadAndStreamed {
  readonly source: Source;
  readonly streamed?: Source;
}

/**
 * Finds the server on which a connector's rows are written, where it is another than the one that syncs read: that may be
 * a standby of the server whose changes are followed. Whoever says which of two writes is newer has to ask that one.
 * @returns the connector's source where that is no standby, or its changes are not followed
 * @throws SyncFailure `InvalidConfig` where the two don't belong together, `SourceUnavailable` where they will again
 */
export async function findPrimary({ source, streamed }: ReadAndStreamed, signal?: AbortSignal): Promise<Source> {
  if (streamed === undefined || !(await isInRecovery(source, signal))) return source;
  const [{ identity: standby }, { identity: primary, inRecovery }] = await Promise.all([
    probeSource(source, signal),
    probeSource(streamed, signal),
  ]);
  const [from, of] = [addressOf(source), addressOf(streamed)];
  if (inRecovery) {
    throw new SyncFailure(
      'SourceUnavailable',
      `Rows are read from a standby, ${from}, and the server at continuous.host, ${of}, is one as well`,
      'Let continuous.host lead to the primary.',
    );
  }
  if (standby.systemIdentifier !== primary.systemIdentifier) {
    throw new SyncFailure(
      'InvalidConfig',
      `Rows are read from ${from}, which is no standby of the server at continuous.host, ${of}`,
      'Let continuous.host lead to its primary.',
    );
  }
  if (standby.timeline !== primary.timeline) {
    throw new SyncFailure(
      'SourceUnavailable',
      `The standby ${from} is on timeline ${standby.timeline} yet, its primary ${of} on ${primary.timeline}`,
      'Wait until it follows, some minutes after a failover; or let configuration.host lead to another one.',
    );
  }
  return streamed;
}

function addressOf({ settings: { host, port } }: Source): string {
  return `${host}:${port}`;
}
