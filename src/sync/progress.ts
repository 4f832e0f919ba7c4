import { emptyReport, type RelationReport } from './report';

/** Progress of a sync: the answer to the query `progress`. */
export interface SyncProgress {
  readonly phase: string;
  readonly paused: boolean;
  /** Rows that the relations hold, as PostgreSQL estimates. */
  readonly estimatedRows: number;
  readonly relations: readonly RelationReport[];
  /** Notes for people, from the plan on. Absent: nothing. */
  readonly notes?: readonly string[];
  /** Its end, where it did not complete: why, and what to do. */
  readonly ending?: string;
}

export function emptyProgress(): SyncProgress {
  return { phase: 'validate', paused: false, estimatedRows: 0, relations: [] };
}

/** Relations shown in the Temporal UI: the busiest ones. */
const SHOWN = 20;
/** Counts that are shown only where there is any. */
const RARE: readonly ('dropped' | 'omitted')[] = ['dropped', 'omitted'];

/**
 * Progress as Markdown, for the Temporal UI.
 * @param estimates - rows of each relation, as PostgreSQL estimates
 */
export function renderProgress(progress: SyncProgress, estimates: ReadonlyMap<string, number> = new Map()): string {
  const relations = withAwaited(progress, estimates);
  const heading = renderHeading(progress);
  if (relations.length === 0) return heading;
  const rare = RARE.filter((name) => relations.some((report) => (report[name] ?? 0) > 0));
  const counts = ['read', 'rows', 'indexed', 'deleted', 'rejected', ...rare];
  const busiest = [...relations].sort((a, b) => b.read - a.read).slice(0, SHOWN);
  const rows = busiest.map((report) => renderRow(report, estimates.get(report.relation), rare));
  const more = relations.length > SHOWN ? [`\n… and ${relations.length - SHOWN} more relations`] : [];
  const table = [
    `| ${['relation', ...counts.map(pad)].join(' | ')} |`,
    `|---|${counts.map(() => '--:|').join('')}`,
    ...rows,
  ];
  return [heading, '', ...table, ...more].join('\n');
}

/** While rows are copied, relations of which none is yet are listed, too. */
function withAwaited({ phase, relations }: SyncProgress, estimates: ReadonlyMap<string, number>): RelationReport[] {
  if (phase !== 'copy') return [...relations];
  const begun = new Set(relations.map(({ relation }) => relation));
  return [...relations, ...[...estimates.keys()].filter((relation) => !begun.has(relation)).map(emptyReport)];
}

function renderHeading({ phase, paused, estimatedRows, relations, ending }: SyncProgress): string {
  const read = relations.reduce((sum, relation) => sum + relation.read, 0);
  const share = phase === 'copy' && estimatedRows > 0 ? `, ${Math.min(99, percent(read, estimatedRows))} %` : '';
  const heading = `**${phase}**${share}${paused ? ' (paused)' : ''}`;
  return ending === undefined ? heading : `**${ending}**\n\nIt got as far as: ${phase}${share}`;
}

function percent(part: number, whole: number): number {
  return Math.floor((part / whole) * 100);
}

function renderRow(report: RelationReport, estimate: number | undefined, rare: typeof RARE): string {
  const { relation, read, indexed, deleted, rejected } = report;
  const about = estimate === undefined ? '' : groupDigits(estimate);
  const cells = [
    groupDigits(read),
    about,
    ...[indexed, deleted, rejected, ...rare.map((name) => report[name] ?? 0)].map(groupDigits),
  ].map(pad);
  return `| ${[relation.replaceAll('|', '\\|'), ...cells].join(' | ')} |`;
}

/** The Temporal UI leaves no room between columns, nor for many of them. */
function pad(cell: string): string {
  return `\u00a0\u00a0${cell}`;
}

/** A whole number with a comma each three digits: 1,234,567. Workflow code has no locales to rely on. */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/gu, ',');
}
