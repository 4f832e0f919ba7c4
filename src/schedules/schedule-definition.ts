import type { ConnectorSettings, Settings } from '../config/settings/settings';
import { type Calendar, toCalendars } from '../cron/calendars';
import { parseScheduleTimes, shortestInterval } from '../cron/schedule-times';
import type { JobType, ScheduledSyncInput } from '../sync/job';
import { originOf, type ScheduleOrigin } from './schedule-origin';

/** A schedule as it should be, or as Temporal has it: plain data that can be compared. Times in milliseconds. */
export interface ScheduleDefinition {
  readonly id: string;
  readonly input: ScheduledSyncInput;
  /** As the configuration says it. */
  readonly interval: string;
  /** Empty where `everyMs` is given. */
  readonly calendars: readonly Calendar[];
  readonly everyMs?: number;
  readonly timezone: string;
  /** Each start is delayed by up to this, so that many connectors don't start in the same second. */
  readonly jitterMs: number;
  /** Starts missed by more than this, while Temporal was away, are left out. */
  readonly catchupWindowMs: number;
  readonly overlap: string;
  readonly taskQueue: string;
  /** Absent for schedules of 0.1.0. */
  readonly origin?: ScheduleOrigin;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Temporal refuses a shorter window. */
const MIN_CATCHUP_MS = 10_000;
/** A single start has no interval: a day late is better than never. */
const SINGLE_START_MS = 86_400_000;
const MAX_JITTER_MS = 30_000;
const JITTER_SHARE = 0.05;

export const JOB_TYPES: readonly JobType[] = ['full', 'incremental'];

/** The id of a connector's schedule in Temporal. */
export function scheduleId(connectorId: string, jobType: JobType): string {
  return `pgferry-${connectorId}-${jobType}`;
}

/**
 * The schedules that a configuration asks for: up to two a connector.
 * @param file - absolute path of the configuration
 * @throws SyncFailure `InvalidConfig`
 */
export function defineSchedules({ connectors, temporal, elasticsearch }: Settings, file: string): ScheduleDefinition[] {
  return connectors.flatMap((connector) =>
    JOB_TYPES.filter((jobType) => connector.scheduling[jobType].enabled).map((jobType) =>
      defineSchedule(connector, jobType, temporal.taskQueue, originOf(file, connector, elasticsearch)),
    ),
  );
}

function defineSchedule(
  { id, scheduling }: ConnectorSettings,
  jobType: JobType,
  taskQueue: string,
  origin: ScheduleOrigin,
): ScheduleDefinition {
  const text = scheduling[jobType].interval.trim();
  const times = parseScheduleTimes(text);
  const interval = times.kind === 'every' ? renderEvery(times.everyMs) : text;
  const distanceMs = shortestInterval(times) ?? SINGLE_START_MS;
  return {
    id: scheduleId(id, jobType),
    input: { connectorId: id, jobType, waitMs: distanceMs },
    interval,
    ...(times.kind === 'every' ? { calendars: [], everyMs: times.everyMs } : { calendars: toCalendars(times.cron) }),
    timezone: scheduling.timezone,
    jitterMs: Math.min(MAX_JITTER_MS, Math.floor((distanceMs * JITTER_SHARE) / 1_000) * 1_000),
    catchupWindowMs: Math.max(MIN_CATCHUP_MS, distanceMs),
    overlap: 'SKIP',
    taskQueue,
    origin,
  };
}

/** A distance in the configuration's own words, always the same ones. */
export function renderEvery(everyMs: number): string {
  if (everyMs % HOUR_MS === 0) return `@every ${everyMs / HOUR_MS}h`;
  return everyMs % MINUTE_MS === 0 ? `@every ${everyMs / MINUTE_MS}m` : `@every ${everyMs / 1_000}s`;
}
