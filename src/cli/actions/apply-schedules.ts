import { applyStreamChange, findStreamChanges, type StreamChange } from '../../jobs/stream-changes';
import type { ScheduleChange } from '../../schedules/compare-schedules';
import { applyScheduleChange, findScheduleChanges } from '../../schedules/schedule-changes';
import { dim, green, red, yellow } from '../output/terminal';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { withTemporal } from '../session/with-temporal';

/** Options of `pgferry schedule apply`. */
export interface ApplyOptions extends ConfigurationOptions {
  readonly dryRun?: true;
  readonly prune?: true;
}

/** `pgferry schedule apply`: shows what is different between the file and Temporal, then makes it equal; streams, too. */
export function applySchedules(options: ApplyOptions): Promise<void> {
  const dryRun = options.dryRun === true;
  return withTemporal(options, async ({ client, settings, file, terminal }) => {
    const changes = await findScheduleChanges(client, settings, file, options.prune === true);
    const streams = await findStreamChanges(client, settings.connectors);
    terminal.say(changes.length === 0 ? 'No schedule is enabled, and none is there.' : renderChanges(changes));
    for (const stream of streams) terminal.say(renderStreamChange(stream));
    if (!dryRun) {
      for (const change of changes) await applyScheduleChange(client, change);
      for (const stream of streams) await applyStreamChange(client, settings.temporal.taskQueue, stream);
    }
    const count = [...changes, ...streams].filter(({ action }) => action !== 'unchanged' && action !== 'leave').length;
    const document = {
      changes: changes.map(toDocument),
      streams: streams.map(({ action, id, connectorId }) => ({ action, id, connector_id: connectorId })),
      applied: !dryRun,
    };
    terminal.result(document, () => summarize(count, dryRun));
  });
}

function summarize(count: number, dryRun: boolean): string {
  if (count === 0) return `${green('✓')} nothing to change`;
  const schedules = count === 1 ? '1 schedule' : `${count} schedules`;
  return dryRun ? `${schedules} would change; nothing was changed` : `${green('✓')} ${schedules} changed`;
}

function toDocument(change: ScheduleChange) {
  const { action, id } = change;
  if (change.action === 'delete' || change.action === 'leave') return { action, id };
  const { input, interval, timezone } = change.wanted;
  const schedule = { action, id, connector_id: input.connectorId, job_type: input.jobType, interval, timezone };
  return change.action === 'update' ? { ...schedule, differences: change.differences } : schedule;
}

const MARKS = { start: green('+'), stop: red('-'), unchanged: ' ' };

function renderStreamChange({ action, id, connectorId }: StreamChange): string {
  return `${MARKS[action]} ${id}  ${dim(`changes of ${connectorId} are followed`)}`;
}

function renderChanges(changes: readonly ScheduleChange[]): string {
  return changes.flatMap(renderChange).join('\n');
}

function renderChange(change: ScheduleChange): string[] {
  if (change.action === 'delete') return [`${red('-')} ${change.id}`];
  if (change.action === 'leave') {
    const advice = 'this file made it and defines its connector no longer: --prune deletes it';
    return [`${yellow('?')} ${change.id}  ${dim(advice)}`];
  }
  const line = `${change.id}  ${change.wanted.interval} ${dim(`(${change.wanted.timezone})`)}`;
  if (change.action === 'create') return [`${green('+')} ${line}`];
  if (change.action === 'unchanged') return [`  ${line}`];
  // Calendars say in Temporal's words what the interval says in the file's.
  const told = change.differences.filter(({ setting }) => setting !== 'calendars');
  const differences = told.map(({ setting, from, to }) => `    ${setting}: ${toText(from)} → ${toText(to)}`);
  return [`${yellow('~')} ${line}`, ...differences];
}

function toText(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
