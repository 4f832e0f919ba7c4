import type { SyncFailure } from '../sync/failures';
import type { RelationReport } from '../sync/report';

/** Ends a sync whose index is finished, although some of its relations could not be synced. */
export class RelationsFailed extends Error {
  override readonly name = 'RelationsFailed';

  constructor(
    readonly failure: SyncFailure,
    readonly reports: readonly RelationReport[],
  ) {
    super(failure.message);
  }
}
