import type { Settings } from '../config/settings/settings';
import type { RecentJobs } from '../jobs/recent-jobs';
import type { NextStart } from '../schedules/next-starts';
import type { ConnectorStatus, StatusOverview } from './connector-status';

/** What an overview is made of. */
export interface OverviewParts {
  readonly settings: Settings;
  readonly recent: Pick<RecentJobs, 'of' | 'connectorIds'>;
  readonly nextStarts: ReadonlyMap<string, readonly NextStart[]>;
  readonly trouble: string | undefined;
}

/** Every connector that the file names, that has run, or that is scheduled: those that need a person first, then by name. */
export function createOverview({ settings, recent, nextStarts, trouble }: OverviewParts): StatusOverview {
  const own = new Map<string, string | undefined>([
    ...(settings.served?.entries ?? []).map(({ id }) => [id, undefined] as const),
    ...settings.connectors.map(({ id, indexName }) => [id, indexName] as const),
  ]);
  const ids = new Set([...own.keys(), ...recent.connectorIds(), ...nextStarts.keys()]);
  const connectors = [...ids].map((id): ConnectorStatus => {
    const jobs = recent.of(id);
    const completed = jobs.findLast(({ status }) => status === 'completed');
    const index = own.get(id) ?? completed?.memo.index;
    return {
      ...{ id, isOwn: own.has(id), jobs, nextStarts: nextStarts.get(id) ?? [] },
      state: jobs.at(-1)?.status ?? 'never',
      ...(index === undefined ? {} : { index }),
      ...(completed?.closedAt === undefined ? {} : { inStepSince: completed.closedAt }),
    };
  });
  return { connectors: connectors.sort(compareUrgency), ...(trouble === undefined ? {} : { trouble }) };
}

/** States in which somebody has to do something. */
const BROKEN = ['failed', 'terminated', 'timed_out'];

/** Whether the latest sync of a connector ended so that somebody has to look. */
export function isBroken({ state }: Pick<ConnectorStatus, 'state'>): boolean {
  return BROKEN.includes(state);
}

function compareUrgency(a: ConnectorStatus, b: ConnectorStatus): number {
  const [isFirst, isSecond] = [isBroken(a), isBroken(b)];
  if (isFirst !== isSecond) return isFirst ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
