import { renderProgress } from '../../../src/sync/progress';
import { emptyReport } from '../../../src/sync/report';

const ORDERS = { ...emptyReport('public.orders'), read: 1_500, indexed: 1_500 };
const ESTIMATES = new Map([
  ['public.customer', 12_000],
  ['public.orders', 3_000],
]);

function rowSourceOf(markdown: string): string[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| public.'))
    .map((line) => line.replaceAll(/\u00a0/gu, ''));
}

describe('progress in the Temporal UI', () => {
  const progress = { phase: 'copy', paused: false, estimatedRows: 15_000, relations: [ORDERS] };

  test('lists every relation while rows are copied, also those of which none is yet', () => {
    const shown = renderProgress(progress, ESTIMATES);
    expect(shown).toContain('**copy**, 10 %');
    expect(rowSourceOf(shown)).toEqual([
      '| public.orders | 1,500 | 3,000 | 1,500 | 0 | 0 |',
      '| public.customer | 0 | 12,000 | 0 | 0 | 0 |',
    ]);
  });

  test('lists afterwards what there was to do', () => {
    expect(rowSourceOf(renderProgress({ ...progress, phase: 'finish' }, ESTIMATES))).toHaveLength(1);
  });

  test('lists the busiest twenty of many relations', () => {
    const many = new Map(Array.from({ length: 30 }, (_, n) => [`public.t${n}`, 1] as const));
    const shown = renderProgress(progress, many);
    expect(rowSourceOf(shown)).toHaveLength(20);
    expect(rowSourceOf(shown)[0]).toContain('public.orders');
    expect(shown).toContain('… and 11 more relations');
  });
});
