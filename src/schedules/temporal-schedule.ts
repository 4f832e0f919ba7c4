import {
  type CalendarSpec,
  DAYS_OF_WEEK,
  MONTHS,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleSpecDescription,
} from '@temporalio/client';

import { type Calendar, type NumberRange, toRanges } from '../cron/calendars';
import type { ScheduledSyncInput } from '../sync/job';
import { SCHEDULED_WORKFLOW, scheduledWorkflowId } from '../sync/wire/workflow-names';
import { renderEvery, type ScheduleDefinition } from './schedule-definition';
import { ORIGIN_MEMO, type ScheduleOrigin } from './schedule-origin';

/** Key of the memo that marks a schedule as pgferry's own. */
export const OWNER_MEMO = 'pgferry';

/** Memo of a schedule of ours: only workers of the same task queue share a configuration. */
export interface ScheduleOwner {
  readonly connectorId: string;
  readonly jobType: string;
  readonly taskQueue: string;
}

/** A definition as Temporal's client takes it. */
export function toScheduleOptions(definition: ScheduleDefinition) {
  const { id, input, interval, calendars, everyMs, timezone, jitterMs, catchupWindowMs, taskQueue, origin } =
    definition;
  const { connectorId, jobType } = input;
  return {
    scheduleId: id,
    spec: {
      ...(everyMs === undefined ? {} : { intervals: [{ every: everyMs }] }),
      calendars: calendars.map((calendar) => toCalendarSpec(calendar, interval)),
      timezone,
      jitter: jitterMs,
    },
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_WORKFLOW,
      workflowId: scheduledWorkflowId(connectorId, jobType),
      taskQueue,
      args: [input],
      staticSummary: `${jobType} sync of ${connectorId}, ${interval}`,
      ...(origin === undefined ? {} : { memo: { [ORIGIN_MEMO]: origin } }),
    },
    policies: { overlap: 'SKIP', catchupWindow: catchupWindowMs },
    memo: { [OWNER_MEMO]: { connectorId, jobType, taskQueue } satisfies ScheduleOwner },
  } satisfies ScheduleOptions;
}

function toCalendarSpec(calendar: Calendar, comment: string): CalendarSpec {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek, year } = calendar;
  return {
    ...{ second: [...second], minute: [...minute], hour: [...hour], dayOfMonth: [...dayOfMonth] },
    month: nameNumbers(month, MONTHS, 1),
    dayOfWeek: nameNumbers(dayOfWeek, DAYS_OF_WEEK, 0),
    ...(year.length === 0 ? {} : { year: [...year] }),
    comment,
  };
}

function nameNumbers<Name extends string>(ranges: readonly NumberRange[], names: readonly Name[], first: number) {
  const nameOf = (value: number) => {
    const name = names[value - first];
    if (name === undefined) throw new RangeError(`${value} has no name`);
    return name;
  };
  return ranges.map(({ start, end, step }) => ({ start: nameOf(start), end: nameOf(end), step }));
}

/** Turns Temporal's description of a schedule into one that can be compared with the file. */
export function fromDescription({ scheduleId, spec, action, policies }: ScheduleDescription): ScheduleDefinition {
  const everyMs = spec.intervals?.[0]?.every;
  const interval = spec.calendars?.[0]?.comment ?? (everyMs === undefined ? 'unknown' : renderEvery(everyMs));
  const origin = action.memo?.[ORIGIN_MEMO] as ScheduleOrigin | undefined;
  return {
    id: scheduleId,
    input: action.args?.[0] as ScheduledSyncInput,
    interval,
    calendars: (spec.calendars ?? []).map(fromCalendarSpec),
    ...(everyMs === undefined ? {} : { everyMs }),
    timezone: spec.timezone ?? 'UTC',
    jitterMs: spec.jitter ?? 0,
    catchupWindowMs: policies.catchupWindow,
    overlap: policies.overlap ?? 'SKIP',
    taskQueue: action.taskQueue,
    ...(origin === undefined ? {} : { origin }),
  };
}

type CalendarDescription = NonNullable<ScheduleSpecDescription['calendars']>[number];

function fromCalendarSpec(calendar: CalendarDescription): Calendar {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek, year } = calendar;
  const numberNames = <Name extends string>(
    ranges: readonly { readonly start: Name; readonly end: Name; readonly step: number }[],
    names: readonly Name[],
    first: number,
  ) => {
    const numberOf = (name: Name) => names.indexOf(name) + first;
    return normalize(ranges.map(({ start, end, step }) => ({ start: numberOf(start), end: numberOf(end), step })));
  };
  return {
    ...{ second: normalize(second), minute: normalize(minute), hour: normalize(hour) },
    dayOfMonth: normalize(dayOfMonth),
    month: numberNames(month, MONTHS, 1),
    dayOfWeek: numberNames(dayOfWeek, DAYS_OF_WEEK, 0),
    year: normalize(year),
  };
}

/** The same numbers may be written as ranges in many ways: Temporal has its own. */
function normalize(ranges: readonly NumberRange[]): NumberRange[] {
  const numbers = ranges.flatMap(({ start, end, step }) =>
    Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step),
  );
  return toRanges([...new Set(numbers)].sort((a, b) => a - b));
}
