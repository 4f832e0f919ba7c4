import { findOtherScan } from '../../../../src/postgres/catalog/find-other-scans';

test('plain scans of a table, its partitions and its indexes are nothing else', () => {
  const plan = { 'Node Type': 'Append', Plans: [{ 'Node Type': 'Seq Scan' }, { 'Node Type': 'Index Only Scan' }] };
  expect(findOtherScan(plan)).toBeUndefined();
});

test('a scan by an extension, however deep, is named with its provider', () => {
  const chunk = { 'Node Type': 'Custom Scan', 'Custom Plan Provider': 'DecompressChunk' };
  const plan = {
    'Node Type': 'Append',
    Plans: [{ 'Node Type': 'Seq Scan' }, { 'Node Type': 'Result', Plans: [chunk] }],
  };
  expect(findOtherScan(plan)).toBe('custom scan (DecompressChunk)');
});

test('a foreign scan is one, too', () => {
  expect(findOtherScan({ 'Node Type': 'Foreign Scan' })).toBe('foreign scan');
});
