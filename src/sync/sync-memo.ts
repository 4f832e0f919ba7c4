import type { JobTrigger, JobType } from './job';
import type { SyncTotals } from './report';

/** What a sync notes of itself in its workflow's memo, for Temporal's lists: its kind at the start, totals at the end. */
export interface SyncMemo extends Partial<SyncTotals> {
  readonly connectorId?: string;
  readonly jobType?: JobType;
  readonly trigger?: JobTrigger;
  readonly index?: string;
  readonly durationMs?: number;
}

const TYPES: Readonly<Record<keyof SyncMemo, 'string' | 'number'>> = {
  connectorId: 'string',
  jobType: 'string',
  trigger: 'string',
  index: 'string',
  indexed: 'number',
  unchanged: 'number',
  deleted: 'number',
  rejected: 'number',
  omitted: 'number',
  durationMs: 'number',
};

/** Reads the memo of a sync; what is missing, as before its first task, is left out. */
export function readSyncMemo(memo: Readonly<Record<string, unknown>> = {}): SyncMemo {
  return Object.fromEntries(
    Object.entries(TYPES).flatMap(([key, type]) => (typeof memo[key] === type ? [[key, memo[key]]] : [])),
  );
}
