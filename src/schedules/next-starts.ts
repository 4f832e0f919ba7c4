import type { Client } from '@temporalio/client';

import type { TemporalSettings } from '../config/settings/settings';
import { readOwner } from './owned-schedules';

/** The next start of a connector's sync, as its schedules say. */
export interface NextStart {
  readonly jobType: string;
  /** Absent while the schedule is paused, or has no start any more. */
  readonly at?: Date;
}

/** The next start of every schedule of a task queue, by connector, the earliest first: one list, whatever their number. */
export async function listNextStarts(
  client: Client,
  { taskQueue }: Pick<TemporalSettings, 'taskQueue'>,
): Promise<Map<string, readonly NextStart[]>> {
  const starts = new Map<string, readonly NextStart[]>();
  for await (const { memo, state, info } of client.schedule.list()) {
    const owner = readOwner({ memo });
    if (owner?.taskQueue !== taskQueue) continue;
    const at = state.paused ? undefined : info.nextActionTimes[0];
    const start = { jobType: owner.jobType, ...(at === undefined ? {} : { at }) };
    const sorted = [...(starts.get(owner.connectorId) ?? []), start].sort((a, b) => timeOf(a) - timeOf(b));
    starts.set(owner.connectorId, sorted);
  }
  return starts;
}

function timeOf({ at }: NextStart): number {
  return at?.getTime() ?? Infinity;
}
