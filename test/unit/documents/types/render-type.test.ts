import { renderType } from '../../../../src/documents/types/render-type';
import type { ColumnType } from '../../../../src/sync/relation';
import { baseType } from '../../../support/make-relation';

function geometry(name: string, sqlName: string): ColumnType {
  return { kind: 'base', name, sqlName, modifier: -1 };
}

function compositeOf(type: ColumnType, names = ['a']): ColumnType {
  return { kind: 'composite', sqlName: 'c', attributes: names.map((name) => ({ name, type })) };
}

describe('how types are rendered', () => {
  test('leaves plain types to row_to_json, which prints them fastest', () => {
    for (const name of ['int8', 'text', 'bool', 'uuid', 'timestamptz', 'float8'])
      expect(renderType(baseType(name), 'flattened').render('t."a"')).toBe('t."a"');
    const numeric = renderType(baseType('numeric', ((12 << 16) | 2) + 4), 'flattened');
    expect(numeric.render('t."a"')).toBe('t."a"');
  });

  test('guards a numeric whose precision allows more digits than Elasticsearch parses', () => {
    for (const modifier of [-1, ((1000 << 16) | 0) + 4, ((3 << 16) | 1000) + 4])
      expect(renderType(baseType('numeric', modifier), 'flattened').render('t."a"')).toContain('scale');
  });

  test('makes GeoJSON of PostGIS’ types, wherever the extension lives', () => {
    const render = (type: ColumnType): string => renderType(type, 'flattened').render('t."g"');
    expect(render(geometry('geometry', 'gis.geometry(Point,4326)'))).toBe('(t."g"::json)');
    expect(render(geometry('geography', 'gis.geography(Point,4326)'))).toBe('(t."g"::gis.geometry::json)');
    expect(render(geometry('geography', 'geography'))).toBe('(t."g"::geometry::json)');
  });

  test('makes text of a type it does not know, and of lists of it', () => {
    expect(renderType(baseType('cube'), 'flattened')).toMatchObject({
      mapping: { type: 'keyword' },
      arrayCast: '::text[]',
    });
  });

  test('makes text of composites that Elasticsearch could not take as objects', () => {
    const deep = Array.from({ length: 11 }).reduce<ColumnType>((type) => compositeOf(type), baseType('int4'));
    expect(JSON.stringify(renderType(deep, 'flattened').mapping)).toContain('"keyword"');
    const twins = compositeOf(baseType('int4'), ['a.b', 'a_b']);
    expect(renderType(twins, 'flattened').mapping.type).toBe('keyword');
  });

  test('maps vectors up to the dimensions that Elasticsearch holds', () => {
    expect(renderType(baseType('vector', 4096), 'flattened').mapping).toEqual({ type: 'dense_vector', dims: 4096 });
    expect(renderType(baseType('vector', 4097), 'flattened').mapping).toEqual({ type: 'float', index: false });
    expect(renderType(baseType('vector'), 'flattened').mapping).toEqual({ type: 'float', index: false });
  });
});
