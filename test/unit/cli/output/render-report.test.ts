import { renderReport, reportDocument } from '../../../../src/cli/output/render-report';
import { renderProgress } from '../../../../src/sync/progress';
import { addReports, emptyReport, type RelationReport, sumReports, type SyncReport } from '../../../../src/sync/report';

const INPUT = { connectorId: 'shop', jobType: 'full' } as const;
const WHOLE: RelationReport = { ...emptyReport('public.orders'), read: 3, indexed: 3 };
const LACKING: RelationReport = { ...emptyReport('public.photos'), read: 2, indexed: 2, omitted: 1_234 };

function reportOf(...relations: readonly RelationReport[]): SyncReport {
  const totals = sumReports(relations);
  return { ...INPUT, status: 'completed', index: 'shop', ...totals, durationMs: 1, relations, skipped: [] };
}

describe('values that are left out of documents', () => {
  test('are told by a sync’s report, by relation and in all', () => {
    const document = reportDocument(INPUT, reportOf(WHOLE, LACKING));
    expect(document).toMatchObject({ omitted: 1_234, relations: [{ omitted: 0 }, { omitted: 1_234 }] });
    const text = renderReport(INPUT, reportOf(WHOLE, LACKING));
    expect(text).toMatch(/rejected\s+omitted\n/);
    expect(text).toMatch(/0 rejected, 1,234 omitted in/);
  });

  test('are not spoken of where there are none, but --json has a count of them for scripts', () => {
    expect(renderReport(INPUT, reportOf(WHOLE))).not.toContain('omitted');
    expect(reportDocument(INPUT, reportOf(WHOLE))).toMatchObject({ omitted: 0, relations: [{ omitted: 0 }] });
    const failed = { status: 'failed', reached: sumReports([WHOLE]) } as const;
    expect(reportDocument(INPUT, failed)).toMatchObject({ indexed: 3, omitted: 0 });
  });

  test('show in the Temporal UI once there are any', () => {
    const progress = { phase: 'copy', paused: false, estimatedRows: 5 };
    expect(renderProgress({ ...progress, relations: [WHOLE] })).not.toContain('omitted');
    const lines = renderProgress({ ...progress, relations: [WHOLE, LACKING] }).split('\n');
    const cells = lines.slice(2).map((line) => line.split('|').length);
    expect(new Set(cells).size).toBe(1);
    expect(lines.find((line) => line.includes('public.photos'))).toContain('1,234');
  });

  test('add up, also with reports of syncs that did not count them', () => {
    expect(addReports(LACKING, LACKING).omitted).toBe(2_468);
    expect(addReports(WHOLE, LACKING).omitted).toBe(1_234);
    expect(addReports(WHOLE, WHOLE)).not.toHaveProperty('omitted');
  });
});
