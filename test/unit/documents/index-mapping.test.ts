import type { DocumentOptions } from '../../../src/documents/fields/document-options';
import { buildMapping, totalFields } from '../../../src/documents/index-mapping';
import { projectRelation } from '../../../src/documents/project-relation';
import type { Projection } from '../../../src/documents/projection';
import type { ColumnType, Relation } from '../../../src/sync/relation';
import { baseType, column, makeRelation } from '../../support/make-relation';

const OPTIONS: DocumentOptions = { fieldNames: 'plain', json: 'flattened', excludeColumns: [], mapping: {} };

function project(relation: Relation, options: Partial<DocumentOptions> = {}): Projection {
  return projectRelation({
    connectorId: 'shop',
    relation,
    database: 'db',
    options: { ...OPTIONS, ...options },
    commitTimestamps: false,
    startedAt: '2026-01-01T00:00:00Z',
  });
}

function tableWith(table: string, type: string): Relation {
  return makeRelation({ table, columns: [column('id'), column('v', type)] });
}

describe('the mapping of an index', () => {
  test('is explicit: every field of every relation, and nothing guessed', () => {
    const { mapping, conflicts } = buildMapping([project(makeRelation())]);
    expect(conflicts).toEqual([]);
    expect(mapping.dynamic).toBe(false);
    expect(mapping.properties).toMatchObject({
      id: { type: 'long', ignore_malformed: true },
      name: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 1024 } } },
      _key_id: { type: 'keyword' },
      _relation: { type: 'keyword' },
      _bucket: { type: 'integer' },
      _id_hash: { type: 'integer' },
    });
    expect(mapping.properties).not.toHaveProperty('_fingerprint');
  });

  test('has a fingerprint for relations whose rows have no transaction', () => {
    expect(buildMapping([project(makeRelation({ kind: 'view' }))]).mapping.properties).toHaveProperty('_fingerprint');
  });

  test('takes the wider number where relations share a field', () => {
    const { mapping, conflicts } = buildMapping([project(tableWith('a', 'int4')), project(tableWith('b', 'int8'))]);
    expect(conflicts).toEqual([]);
    expect(mapping.properties['v']).toEqual({ type: 'long', ignore_malformed: true });
    expect(mapping.narrowest?.['v']).toEqual({ type: 'long', ignore_malformed: true });
  });

  test('leaves room for an integer to become a bigint, which an index that is there need not have', () => {
    const element = baseType('int4');
    const types: ColumnType[] = [
      element,
      { kind: 'array', sqlName: 'integer[]', element },
      { kind: 'domain', sqlName: 'key', base: element },
    ];
    for (const type of types) {
      const { mapping } = buildMapping([project(makeRelation({ columns: [column('id'), column('v', type)] }))]);
      expect(mapping.properties['v']).toMatchObject({ type: 'long' });
      expect(mapping.narrowest?.['v']).toMatchObject({ type: 'integer' });
    }
    const attributes = [
      { name: 'a', type: element },
      { name: 'b', type: baseType('int8') },
    ];
    const composite = column('v', { kind: 'composite', sqlName: 'c', attributes });
    const { mapping } = buildMapping([project(makeRelation({ columns: [column('id'), composite] }))]);
    expect(mapping.properties['v']).toMatchObject({ properties: { a: { type: 'long' }, b: { type: 'long' } } });
    expect(mapping.narrowest?.['v']).toMatchObject({ properties: { a: { type: 'integer' }, b: { type: 'long' } } });
  });

  test('gives the room up where a relation has a double in the same field; a bigint has none to give', () => {
    const shared = (type: string) => buildMapping([project(tableWith('a', type)), project(tableWith('b', 'float8'))]);
    expect(shared('int4').mapping.properties['v']).toEqual({ type: 'double', ignore_malformed: true });
    expect(shared('int8').conflicts).toHaveLength(1);
  });

  test('names both columns where two relations contradict each other', () => {
    const { conflicts } = buildMapping([project(tableWith('a', 'int4')), project(tableWith('b', 'text'))]);
    expect(conflicts.map(({ message }) => message)).toEqual([
      'field v: column "v" of public.a needs long, but column "v" of public.b needs text',
    ]);
  });

  test('follows the overrides, and leaves out excluded columns although they stay in the id', () => {
    const projection = project(makeRelation(), {
      excludeColumns: ['public.items.id'],
      mapping: { 'public.items.name': { type: 'keyword' } },
    });
    const { mapping } = buildMapping([projection]);
    expect(mapping.properties['name']).toEqual({ type: 'keyword' });
    expect(mapping.properties).not.toHaveProperty('id');
    expect(projection.id).toContain('t."id"');
  });

  test('counts objects, leaves and multi-fields as Elasticsearch does', () => {
    const attributes = [
      { name: 'a', type: baseType('int4') },
      { name: 'b', type: baseType('text') },
    ];
    const composite = column('c', { kind: 'composite', sqlName: 'c', attributes });
    const { mapping } = buildMapping([project(makeRelation({ columns: [column('id'), composite] }))]);
    expect(totalFields(mapping)).toBe(8 + 1 + 1 + 1 + 2);
  });

  test('maps json to objects on request, and then lets their keys become fields', () => {
    const { mapping } = buildMapping([project(tableWith('a', 'jsonb'), { json: 'object' })]);
    expect(mapping.properties['v']).toEqual({ type: 'object', dynamic: true });
  });
});
