import { findLastRun, type LastRun } from '../../schedules/last-run';
import { listOwnedSchedules, type OwnedSchedule } from '../../schedules/owned-schedules';
import { fromDescription } from '../../schedules/temporal-schedule';
import { renderTable } from '../output/render-table';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { withTemporal } from '../session/with-temporal';

interface ListedSchedule extends OwnedSchedule {
  readonly last: LastRun | undefined;
}

/** `pgferry schedule list`: schedules, whichever file made them, with their next start, and what the last one came to. */
export function listSchedules(id: string | undefined, options: ConfigurationOptions): Promise<void> {
  return withTemporal(options, async ({ client, settings, terminal }) => {
    const owned = await listOwnedSchedules(client, settings.temporal);
    const selected = owned.filter(({ owner }) => id === undefined || owner.connectorId === id);
    const schedules = await Promise.all(
      selected.map(async (schedule) => ({ ...schedule, last: await findLastRun(client, schedule.description) })),
    );
    terminal.result({ schedules: schedules.map(toDocument) }, () => renderSchedules(schedules));
  });
}

function toDocument({ owner, origin, description, last }: ListedSchedule) {
  const { interval, timezone } = fromDescription(description);
  const { state, info } = description;
  return {
    id: description.scheduleId,
    connector_id: owner.connectorId,
    job_type: owner.jobType,
    interval,
    timezone,
    file: origin?.file ?? null,
    host: origin?.host ?? null,
    paused: state.paused,
    note: state.note ?? '',
    next: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
    last: last === undefined ? null : { started_at: last.startedAt.toISOString(), status: last.status },
    missed: info.numActionsMissedCatchupWindow,
    skipped: info.numActionsSkippedOverlap,
  };
}

function renderSchedules(schedules: readonly ListedSchedule[]): string {
  if (schedules.length === 0) return 'No schedules; `pgferry schedule apply` makes those of the file.';
  const rows = schedules.map((schedule) => {
    const { connector_id, job_type, interval, timezone, file, host, paused, note, next, last } = toDocument(schedule);
    const state = paused ? `paused${note === '' ? '' : `: ${note}`}` : (next ?? 'never');
    const before = last === null ? 'never' : `${last.started_at} ${last.status}`;
    return [connector_id, job_type, interval, timezone, state, before, file ?? 'not known', host ?? ''];
  });
  return renderTable(['connector', 'job', 'interval', 'time zone', 'next', 'last', 'file', 'host'], rows);
}
