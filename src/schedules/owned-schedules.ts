import { type Client, type ScheduleDescription, ScheduleNotFoundError, type ScheduleSummary } from '@temporalio/client';

import type { Settings, TemporalSettings } from '../config/settings/settings';
import { SyncFailure } from '../sync/failures';
import { isOfAnotherFile, originOf, type ScheduleOrigin } from './schedule-origin';
import { fromDescription, OWNER_MEMO, type ScheduleOwner } from './temporal-schedule';

/** A schedule that pgferry made for this task queue. */
export interface OwnedSchedule {
  readonly owner: ScheduleOwner;
  /** Absent for schedules of 0.1.0. */
  readonly origin?: ScheduleOrigin;
  readonly description: ScheduleDescription;
}

/** The schedules of this task queue, whatever the configuration says by now; in the order of their ids. */
export async function listOwnedSchedules(client: Client, { taskQueue }: TemporalSettings): Promise<OwnedSchedule[]> {
  const owned: OwnedSchedule[] = [];
  for await (const summary of client.schedule.list()) {
    const owner = readOwner(summary);
    if (owner?.taskQueue !== taskQueue) continue;
    const description = await describeSchedule(client, summary.scheduleId);
    if (description !== undefined) owned.push(toOwned(owner, description));
  }
  return owned.sort((a, b) => (a.description.scheduleId < b.description.scheduleId ? -1 : 1));
}

/**
 * The schedule of that id; Temporal's list shows a new one only after a while.
 * @throws SyncFailure `InvalidConfig` when it is wanted and somebody else owns it
 */
export async function findOwnedSchedule(
  client: Client,
  { taskQueue }: TemporalSettings,
  id: string,
  { isWanted }: { readonly isWanted: boolean },
): Promise<OwnedSchedule | undefined> {
  const description = await describeSchedule(client, id);
  if (description === undefined) return undefined;
  const owner = readOwner(description);
  if (owner?.taskQueue === taskQueue) return toOwned(owner, description);
  if (!isWanted) return undefined;
  const maker = owner === undefined ? 'pgferry did not make it' : `it belongs to task queue ${owner.taskQueue}`;
  throw new SyncFailure(
    'InvalidConfig',
    `Schedule ${id} is there already, but ${maker}`,
    'Delete it, or call the connector something else.',
  );
}

/** Whether a schedule is of a connector that a configuration defines, and no other file made it. */
export function isOfFile({ owner, origin }: OwnedSchedule, settings: Settings, file: string): boolean {
  const connector = settings.connectors.find(({ id }) => id === owner.connectorId);
  return connector !== undefined && !isOfAnotherFile(origin, originOf(file, connector, settings.elasticsearch));
}

/** @returns undefined where there is none, or none any more */
async function describeSchedule(client: Client, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

function toOwned(owner: ScheduleOwner, description: ScheduleDescription): OwnedSchedule {
  const { origin } = fromDescription(description);
  return { owner, description, ...(origin === undefined ? {} : { origin }) };
}

/** The mark of a schedule that pgferry made; undefined for those of others. */
export function readOwner({
  memo,
}: {
  readonly memo?: ScheduleSummary['memo'] | undefined;
}): ScheduleOwner | undefined {
  return memo?.[OWNER_MEMO] as ScheduleOwner | undefined;
}
