import { SyncFailure } from '../../sync/failures';

/** The configuration does not define a connector, or not as a sync needs it; that of another worker may. */
export class NotDefinedHere extends SyncFailure {
  /** @param type - `InvalidConfig` for an unknown connector, `ConfigChanged` for one that has another definition */
  constructor(
    override readonly type: 'InvalidConfig' | 'ConfigChanged',
    message: string,
    remedy?: string,
  ) {
    super(type, message, remedy);
  }
}
