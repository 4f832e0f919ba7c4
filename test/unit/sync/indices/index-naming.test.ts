import { findIndexNameProblem, findNamingProblem } from '../../../../src/sync/indices/index-name';
import {
  hasManyIndices,
  indexPattern,
  isIndexNaming,
  isOfIndex,
  nameDeadLetters,
  nameIndex,
  sampleIndexName,
} from '../../../../src/sync/indices/index-naming';

test.each([
  ['shop-{table}', 'public.orders', 'shop-orders', 'shop-*', 'shop-rejected'],
  ['shop-{schema}-{table}', 'crm.Order', 'shop-crm-order', 'shop-*-*', 'shop-rejected'],
  ['{table}', 'public.orders', 'orders', '*', 'main-rejected'],
  ['{schema}{table}-v1', 'a.b', 'ab-v1', '*-v1', 'v1-rejected'],
  ['shop_{table}', 'public.a%2Eb', 'shop_a.b', 'shop_*', 'shop-rejected'],
])('%s names the index of %s', (naming, relation, index, pattern, letters) => {
  expect(isIndexNaming(naming)).toBe(true);
  expect(nameIndex(naming, relation)).toBe(index);
  expect(indexPattern(naming)).toBe(pattern);
  expect(nameDeadLetters(naming, 'Main')).toBe(letters);
  expect(findNamingProblem(naming)).toBeUndefined();
  expect(findIndexNameProblem(sampleIndexName(naming))).toBeUndefined();
});

test.each([
  ['shop-{tabel}', 'has no placeholder {tabel}: there are {table} and {schema}'],
  ['shop-{schema}', 'needs {table}: an index holds one table, or all'],
])('%s is told of', (naming, problem) => {
  expect(findNamingProblem(naming)).toBe(problem);
});

test('what has no placeholder is one index for all', () => {
  expect(isIndexNaming('shop')).toBe(false);
  expect(findNamingProblem('shop')).toBeUndefined();
  expect(isOfIndex({ indexName: 'shop' }, 'public.orders')).toBe(true);
});

test('settings of one index mean its table, those of many all tables', () => {
  const naming = { indexNaming: 'shop-{table}' };
  expect(hasManyIndices({ ...naming, indexName: 'shop-{table}' })).toBe(true);
  expect(isOfIndex({ ...naming, indexName: 'shop-{table}' }, 'public.orders')).toBe(true);
  expect(hasManyIndices({ ...naming, indexName: 'shop-orders' })).toBe(false);
  expect(isOfIndex({ ...naming, indexName: 'shop-orders' }, 'public.orders')).toBe(true);
  expect(isOfIndex({ ...naming, indexName: 'shop-orders' }, 'public.customers')).toBe(false);
});
