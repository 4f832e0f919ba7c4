import { renderTable } from '../../../../src/cli/output/render-table';

test('columns stand one below the other, whatever script the names are in', () => {
  const table = renderTable(
    ['relation', 'rows', 'index'],
    [
      ['public.orders', 1_234, 'shop'],
      ['public.顧客', 7, '顧客'],
      ['public.cafe\u0301', 12, 'naïve'],
      ['public.👩‍👩‍👧', 3, 'family'],
    ],
  );
  expect(table.split('\n')).toEqual([
    'relation        rows  index',
    'public.orders  1,234  shop',
    'public.顧客        7  顧客',
    'public.cafe\u0301       12  naïve',
    'public.👩‍👩‍👧          3  family',
  ]);
});
