import { log } from '@temporalio/workflow';

import type { SyncInput } from '../sync/job';
import { groupDigits } from '../sync/progress';
import { sumReports, type SyncReport, type SyncTotals } from '../sync/report';
import type { SyncPlan } from '../sync/sync-plan';
import type { Explanation } from './explain-failure';

/** Lines of a sync in the worker's log: its beginning, the rows it will read, and its end. Names and counts only. */
export const narration = {
  began: ({ connectorId, jobType }: SyncInput): void => {
    log.info(`${jobType} sync began`, { connector: connectorId, jobType });
  },
  planned: ({ relations, skipped, notes = [] }: SyncPlan): void => {
    const rows = Math.round(relations.reduce((sum, relation) => sum + Math.max(0, relation.rows), 0));
    log.info(`reads ${count(relations.length, 'relation')} with about ${count(rows, 'row')}`, {
      relations: relations.length,
      rows,
    });
    for (const { relation, reason } of skipped) log.warn(`skipped: ${reason}`, { relation });
    narration.noted(notes);
  },
  noted: (notes: readonly string[]): void => {
    for (const note of notes) log.warn(note);
  },
  completed: ({ jobType, relations, durationMs }: SyncReport): void => {
    for (const report of relations) {
      const counts = sumReports([report]);
      if (counts.indexed + counts.deleted + counts.rejected + (counts.dropped ?? 0) === 0) continue;
      log.info(describeCounts(counts), { relation: report.relation, ...counts });
    }
    const counts = sumReports(relations);
    log.info(`${jobType} sync completed in ${(durationMs / 1_000).toFixed(1)} s: ${describeCounts(counts)}`, {
      jobType,
      durationMs,
      ...counts,
    });
  },
  outdated: (): void => {
    log.warn('no worker has the definition any more that the sync was planned with: it is planned anew');
  },
  cancelled: (): void => {
    log.info('sync cancelled');
  },
  failed: ({ type, message, remedy }: Explanation): void => {
    log.error('sync failed', { failure: type, reason: message, remedy });
  },
};

function describeCounts(counts: SyncTotals): string {
  return Object.entries(counts)
    .map(([name, number]) => `${groupDigits(number)} ${name}`)
    .join(', ');
}

function count(number: number, noun: string): string {
  return `${groupDigits(number)} ${noun}${number === 1 ? '' : 's'}`;
}
