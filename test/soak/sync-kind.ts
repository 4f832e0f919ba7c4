/** What a round syncs: into a new index, over the one that is there, or into a copy that takes its place. */
export type SyncKind = 'new' | 'full' | 'incremental' | 'rebuild';

/** Arguments of `pgferry sync` for each. */
export const SYNC_FLAGS: Readonly<Record<SyncKind, readonly string[]>> = {
  new: ['--full'],
  full: ['--full'],
  incremental: ['--incremental'],
  rebuild: ['--full', '--rebuild'],
};
