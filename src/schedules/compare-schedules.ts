import { isDeepStrictEqual } from 'node:util';

import type { ScheduleDefinition } from './schedule-definition';

/** A change that makes a schedule in Temporal equal to the file. */
export type ScheduleChange =
  | { readonly action: 'create'; readonly id: string; readonly wanted: ScheduleDefinition }
  | { readonly action: 'unchanged'; readonly id: string; readonly wanted: ScheduleDefinition }
  | {
      readonly action: 'update';
      readonly id: string;
      readonly wanted: ScheduleDefinition;
      readonly differences: readonly ScheduleDifference[];
    }
  | { readonly action: 'delete'; readonly id: string }
  /** The file made it and defines its connector no longer: it stays until it is pruned. */
  | { readonly action: 'leave'; readonly id: string };

/** A setting of a schedule that is another in the file. */
export interface ScheduleDifference {
  readonly setting: keyof ScheduleDefinition;
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * Finds the changes that make the existing schedules the wanted ones; in the order of the ids.
 * @param orphans - the fate of schedules of other connectors
 */
export function compareSchedules(
  wanted: readonly ScheduleDefinition[],
  present: readonly ScheduleDefinition[],
  orphans: readonly ScheduleChange[] = [],
): ScheduleChange[] {
  const byId = new Map(present.map((schedule) => [schedule.id, schedule]));
  const kept = new Set(wanted.map(({ id }) => id));
  const changes = wanted.map((schedule) => compareSchedule(schedule, byId.get(schedule.id)));
  const gone = present.filter(({ id }) => !kept.has(id)).map(({ id }) => ({ action: 'delete', id }) as const);
  return [...changes, ...gone, ...orphans].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function compareSchedule(wanted: ScheduleDefinition, present: ScheduleDefinition | undefined): ScheduleChange {
  const { id } = wanted;
  if (present === undefined) return { action: 'create', id, wanted };
  const settings = new Set([...Object.keys(wanted), ...Object.keys(present)] as (keyof ScheduleDefinition)[]);
  const differences = [...settings]
    .filter((setting) => !isDeepStrictEqual(wanted[setting], present[setting]))
    .map((setting) => ({ setting, from: present[setting], to: wanted[setting] }));
  return differences.length === 0 ? { action: 'unchanged', id, wanted } : { action: 'update', id, wanted, differences };
}
