import type { ConnectorSettings, Settings } from '../config/settings/settings';
import type { ListedStream } from '../jobs/list-streams';
import type { RecentJobs } from '../jobs/recent-jobs';
import type { NextStart } from '../schedules/next-starts';
import type { ConnectorStatus, StatusOverview, StreamStatus } from './connector-status';

/** What an overview is made of. */
export interface OverviewParts {
  readonly settings: Settings;
  readonly recent: Pick<RecentJobs, 'of' | 'connectorIds' | 'hasLooked'>;
  readonly nextStarts: ReadonlyMap<string, readonly NextStart[]>;
  readonly streams: ReadonlyMap<string, ListedStream>;
  readonly trouble: string | undefined;
}

/** Every connector that the file names, that has run, is scheduled or followed: those that need a person first, then by name. */
export function createOverview({ settings, recent, nextStarts, streams, trouble }: OverviewParts): StatusOverview {
  const modes = new Map(settings.connectors.map(({ id, continuous }) => [id, continuous?.mode]));
  const own = new Map<string, string | undefined>([
    ...(settings.served?.entries ?? []).map(({ id }) => [id, undefined] as const),
    ...settings.connectors.map(({ id, indexName }) => [id, indexName] as const),
  ]);
  const ids = new Set([...own.keys(), ...recent.connectorIds(), ...nextStarts.keys(), ...streams.keys()]);
  const connectors = [...ids].map((id): ConnectorStatus => {
    const jobs = recent.of(id);
    const completed = jobs.findLast(({ status }) => status === 'completed');
    const index = own.get(id) ?? completed?.memo.index;
    const stream = createStreamStatus(streams.get(id)?.status, own.has(id), modes.get(id));
    return {
      ...{ id, isOwn: own.has(id), jobs, nextStarts: nextStarts.get(id) ?? [] },
      state: jobs.at(-1)?.status ?? (recent.hasLooked() ? 'never' : 'unknown'),
      ...(index === undefined ? {} : { index }),
      ...(completed?.closedAt === undefined ? {} : { inStepSince: completed.closedAt }),
      ...(stream === undefined ? {} : { stream }),
    };
  });
  return { connectors: connectors.sort(compareUrgency), ...(trouble === undefined ? {} : { trouble }) };
}

/** A stream that has ended is of interest where somebody asks for it: this file, or, as far as anyone knows here, another. */
function createStreamStatus(
  status: string | undefined,
  isOwn: boolean,
  mode: NonNullable<ConnectorSettings['continuous']>['mode'] | undefined,
): StreamStatus | undefined {
  if (mode !== undefined) return { status: status ?? 'never', mode };
  const isOfInterest = status === 'running' || (!isOwn && status !== 'cancelled');
  return status !== undefined && isOfInterest ? { status } : undefined;
}

/** States in which somebody has to do something. */
const BROKEN = ['failed', 'terminated', 'timed_out'];

/** Whether a sync, or a stream, ended so that somebody has to look. */
export function isBroken(state: string): boolean {
  return BROKEN.includes(state);
}

/** Whether somebody has to look after a connector: its latest sync failed, or its stream did. */
export function needsSomebody({ state, stream }: Pick<ConnectorStatus, 'state' | 'stream'>): boolean {
  return isBroken(state) || (stream !== undefined && isBroken(stream.status));
}

function compareUrgency(a: ConnectorStatus, b: ConnectorStatus): number {
  const [isFirst, isSecond] = [needsSomebody(a), needsSomebody(b)];
  if (isFirst !== isSecond) return isFirst ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
