import { FIELD_TYPES } from '../../../../src/documents/overrides/field-types';
import { findUnmappedObjects } from '../../../../src/documents/overrides/find-unmapped-objects';
import { listPossibleTypes, renderOverride } from '../../../../src/documents/overrides/render-override';
import { renderType } from '../../../../src/documents/types/render-type';
import type { FieldMapping } from '../../../../src/sync/field-mapping';
import type { ColumnType } from '../../../../src/sync/relation';
import { baseType } from '../../../support/make-relation';
import { OVERRIDE_SOURCES } from '../../../support/override-sources';

const arrayOf = (element: ColumnType): ColumnType => ({ kind: 'array', sqlName: `${element.sqlName}[]`, element });

function sqlOf(type: ColumnType, mapping: FieldMapping): string | undefined {
  return renderOverride(type, mapping, 'flattened').rendering?.render('t."a"');
}

describe('a mapping in place of the type’s own', () => {
  test.each(OVERRIDE_SOURCES)('$sql keeps its values under the mapping that it has anyway', ({ type }) => {
    const { mapping } = renderType(type, 'flattened');
    expect(listPossibleTypes(type)).toContain(mapping.type);
  });

  test.each([
    ['bool', 'geo_point'],
    ['bool', 'date'],
    ['timestamptz', 'long'],
    ['interval', 'long'],
    ['uuid', 'boolean'],
    ['int4', 'ip'],
    ['int4', 'object'],
    ['inet', 'long'],
    ['bytea', 'dense_vector'],
    ['point', 'dense_vector'],
    ['jsonb', 'binary'],
  ])('%s can not become %s', (name, type) => {
    expect(renderOverride(baseType(name), { type }, 'flattened')).toEqual({});
    expect(listPossibleTypes(baseType(name))).not.toContain(type);
  });

  test('leaves values as they are for a type that it does not know, and where nobody looks at them', () => {
    const mappings = [{ type: 'hyperlog' }, { type: 'object', enabled: false }, { type: 'nested', enabled: false }];
    for (const mapping of mappings) expect(sqlOf(baseType('bool'), mapping)).toBe('t."a"');
    expect(listPossibleTypes(baseType('text')).every((type) => FIELD_TYPES.includes(type))).toBe(true);
  });

  test('is told apart by its parameters', () => {
    expect(renderOverride(baseType('bool'), { type: 'alias', path: 'id' }, 'flattened').problem).toContain('alias');
    expect(renderOverride(baseType('time'), { type: 'date' }, 'flattened').problem).toContain('needs a format');
    const weeks = renderOverride(baseType('date'), { type: 'date', format: 'YYYY-ww' }, 'flattened');
    expect(weeks.problem).toContain('epoch_millis');
    expect(sqlOf(baseType('date'), { type: 'date' })).toBe('t."a"');
    expect(sqlOf(baseType('vector', 3), { type: 'dense_vector', dims: 3 })).toContain('[1-9]');
    expect(sqlOf(baseType('vector', 3), { type: 'dense_vector', dims: 3, similarity: 'l2_norm' })).toBe(
      't."a"::text::json',
    );
  });

  test('of an array is that of its elements; some fields take no list', () => {
    expect(sqlOf(arrayOf(baseType('float4')), { type: 'dense_vector', dims: 2 })).toBe('t."a"');
    expect(sqlOf(arrayOf(baseType('int8')), { type: 'keyword' })).toBe('t."a"');
    expect(sqlOf(arrayOf(baseType('bool')), { type: 'byte' })).toContain('e.v::integer');
    for (const type of ['rank_feature', 'rank_features', 'join', 'histogram', 'percolator'])
      expect(renderOverride(arrayOf(baseType('text')), { type }, 'flattened')).toEqual({});
    expect(renderOverride(arrayOf(baseType('vector', 3)), { type: 'dense_vector' }, 'flattened')).toEqual({});
  });

  test('of a domain is that of its base, of a multirange that of its range', () => {
    const domain: ColumnType = { kind: 'domain', sqlName: 'spot', base: baseType('point') };
    expect(sqlOf(domain, { type: 'geo_point' })).toBe(sqlOf(baseType('point'), { type: 'geo_point' }));
    const range: ColumnType = { kind: 'range', sqlName: 'daterange', element: baseType('date') };
    const multirange: ColumnType = { kind: 'multirange', sqlName: 'datemultirange', element: range };
    expect(listPossibleTypes(multirange)).toEqual(listPossibleTypes(range));
    expect(sqlOf(multirange, { type: 'date_range', format: 'yyyy/MM/dd' })).toContain(`'/'`);
  });

  test('keeps the count of values that are left out', () => {
    const { rendering } = renderOverride(baseType('bytea'), { type: 'keyword' }, 'flattened');
    expect(rendering?.omitted?.('t."a"')).toContain('octet_length');
  });
});

test('objects whose fields nobody can search for are found', () => {
  const overrides = {
    'public.a.b': { type: 'nested' },
    'public.a.c': { type: 'object', dynamic: 'runtime' },
    'public.a.d': { type: 'object', enabled: false },
    'public.a.e': { properties: { x: { type: 'keyword' } } },
    'public.a.f': {},
    'public.a.g': { type: 'flattened' },
  };
  expect(findUnmappedObjects(overrides)).toEqual(['public.a.b', 'public.a.f']);
});
