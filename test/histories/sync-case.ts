import type { RelationReport } from '../../src/sync/report';
import type { Memory } from './memory';
import type { PlainRelation } from './plain-source';
import type { Snapshot } from './snapshot';
import type { WorldConnector } from './world';

/** How a sync ended, as pgferry tells it. */
export interface Outcome {
  readonly status: string;
  readonly type?: string;
  readonly message?: string;
  /** Empty where the sync failed as a whole. */
  readonly relations: readonly RelationReport[];
  readonly totals?: Readonly<Record<string, unknown>>;
}

/** What is known of a sync. */
export interface SyncCase {
  readonly connector: WorldConnector;
  readonly kind: 'full' | 'incremental' | 'rebuild';
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly plain: readonly PlainRelation[];
  readonly outcome: Outcome;
  readonly memory: Memory;
}
