import { isRecord } from '../json-value';
import type { SkippedRelation } from '../relation';

/** A relation whose changes aren't followed, and what would let them be, where that is known. */
export interface LeftRelation extends SkippedRelation {
  readonly remedy?: string;
}

/** A relation that can't be followed row by row: a sync reads it again when tables change that it reads. */
export interface ReadAgainRelation extends LeftRelation {
  /** Tables whose changes are heard of. */
  readonly tables: readonly string[];
  /** Tables that it reads as well, whose changes wait for schedules. */
  readonly unheard: readonly string[];
}

/** How a stream goes: the heartbeat of its activity. */
export interface StreamState {
  /** What it does, or waits for: `reading changes`. */
  readonly doing: string;
  /** Names of relations whose changes are followed. */
  readonly followed?: readonly string[];
  /** Relations that syncs read again soon after a change. */
  readonly readAgain?: readonly ReadAgainRelation[];
  /** Relations that wait for schedules. */
  readonly left?: readonly LeftRelation[];
  /** Changes of rows that came since the slot was made. */
  readonly hints: number;
  /** Documents that were written since. */
  readonly written: number;
  /** Documents that were deleted since. */
  readonly deleted: number;
  /** Rows that a pipeline dropped since, whose documents are deleted; absent of earlier workers. */
  readonly dropped?: number;
  /** Number of hints that were put back since no snapshot saw their transaction yet, or a sync wrote meanwhile. */
  readonly putBack: number;
  /** Number of keys that wait to be read again. */
  readonly pending: number;
  /** Bytes of WAL that PostgreSQL keeps for it. */
  readonly retainedBytes?: number;
  /** Milliseconds from commit to acknowledged, of the last batch's oldest change. */
  readonly delayMs?: number;
}

/** State of the workflow that follows a connector's changes. */
export interface FollowState {
  /**
   * `following` when every change since some completed sync is in the index, or under way, but for relations that are
   * owed by their names since no sync can write them.
   */
  readonly phase: 'starting' | 'catching up' | 'following';
  /** Reasons for which an incremental sync has to run, that has not yet. */
  readonly owed: readonly string[];
  /** Relations that a sync has to read again since a table changed that they read; absent of earlier workers. */
  readonly due?: readonly string[];
  /** Gaps that were closed. */
  readonly closed: number;
  /** Number of syncs that read relations again since tables changed; absent of earlier workers. */
  readonly rereads?: number;
  /** The failure of the last sync that was to close a gap, or to read relations again. */
  readonly failure?: string;
}

/** @returns undefined for the heartbeat of something else */
export function readStreamState(details: unknown): StreamState | undefined {
  return isRecord(details) && typeof details['doing'] === 'string' ? (details as unknown as StreamState) : undefined;
}

/** Says when a relation is read again: `public.report, when public.orders changes`. */
export function describeReadAgain({ relation, tables, unheard, remedy }: ReadAgainRelation): string {
  const changes = `${tables.join(', ')} ${tables.length === 1 ? 'changes' : 'change'}`;
  const others = unheard.length === 0 ? '' : `; changes of ${unheard.join(', ')} wait for schedules`;
  return `${relation}, when ${changes}${others}${others === '' || remedy === undefined ? '' : ` → ${remedy}`}`;
}
