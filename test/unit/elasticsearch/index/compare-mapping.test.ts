import { compareMapping as compare } from '../../../../src/elasticsearch/index/compare-mapping';
import { countFields } from '../../../../src/elasticsearch/index/count-fields';
import type { FieldMapping } from '../../../../src/sync/field-mapping';

type Properties = Readonly<Record<string, FieldMapping>>;

const compareMapping = (existing: Properties, properties: Properties) => compare(existing, { properties });

describe('comparing an index with the mapping that documents need', () => {
  test('an index that has everything needs nothing', () => {
    const properties = { id: { type: 'keyword' }, price: { type: 'double', ignore_malformed: true } };
    expect(compareMapping(properties, properties)).toEqual({ missing: {}, conflicts: [] });
  });

  test('missing fields are put, also into an object that is there', () => {
    const existing = { address: { properties: { city: { type: 'text' } } }, other: { type: 'geo_point' } };
    const wanted = {
      address: { properties: { city: { type: 'text' }, zip: { type: 'keyword' } } },
      age: { type: 'long' },
    };
    expect(compareMapping(existing, wanted)).toEqual({
      missing: { address: { properties: { zip: { type: 'keyword' } } }, age: { type: 'long' } },
      conflicts: [],
    });
  });

  test('a conflict names the field and both types', () => {
    const existing = { age: { type: 'keyword' }, address: { properties: { zip: { type: 'long' } } } };
    const wanted = { age: { type: 'long' }, address: { properties: { zip: { type: 'keyword' } } } };
    expect(compareMapping(existing, wanted).conflicts).toEqual([
      { field: 'age', existing: 'keyword', wanted: 'long' },
      { field: 'address.zip', existing: 'long', wanted: 'keyword' },
    ]);
  });

  test('a wider type than needed is used as it is', () => {
    expect(compareMapping({ age: { type: 'long' } }, { age: { type: 'integer' } }).conflicts).toEqual([]);
    expect(compareMapping({ age: { type: 'integer' } }, { age: { type: 'long' } }).conflicts).toHaveLength(1);
  });

  test('a date has to be in a format of the index, since dates are written in the one that is asked for', () => {
    const date = (format?: string) => ({ at: { type: 'date', ...(format === undefined ? {} : { format }) } });
    const conflicts = (existing?: string, wanted?: string) => compareMapping(date(existing), date(wanted)).conflicts;
    expect(conflicts('yyyy||epoch_millis', 'epoch_millis')).toEqual([]);
    expect(conflicts('yyyy')).toEqual([]);
    expect(conflicts(undefined, 'epoch_millis')).toEqual([]);
    expect(conflicts('yyyy', 'epoch_millis')).toEqual([
      { field: 'at', existing: 'date in the format yyyy', wanted: 'date in the format epoch_millis' },
    ]);
    expect(conflicts(undefined, 'yyyy')).toEqual([
      { field: 'at', existing: 'date', wanted: 'date in the format yyyy' },
    ]);
  });

  test('a type that just holds the values is used as it is, also within objects', () => {
    const wanted = { id: { type: 'long' }, at: { properties: { x: { type: 'long' }, y: { type: 'long' } } } };
    const narrowest = { id: { type: 'integer' }, at: { properties: { x: { type: 'integer' }, y: { type: 'long' } } } };
    const existing = {
      id: { type: 'integer' },
      at: { properties: { x: { type: 'integer' }, y: { type: 'integer' } } },
    };
    expect(compare(existing, { properties: wanted, narrowest }).conflicts).toEqual([
      { field: 'at.y', existing: 'integer', wanted: 'long' },
    ]);
    expect(compare({}, { properties: wanted, narrowest }).missing).toEqual(wanted);
  });

  test('the fields that queries rely on must have their exact type', () => {
    expect(compareMapping({ _relation: { type: 'text' } }, { _relation: { type: 'keyword' } }).conflicts).toHaveLength(
      1,
    );
    expect(compareMapping({ title: { type: 'text' } }, { title: { type: 'keyword' } }).conflicts).toEqual([]);
  });

  test('vectors of another length are a conflict', () => {
    const vector = (dims: number) => ({ v: { type: 'dense_vector', dims } });
    expect(compareMapping(vector(3), vector(4)).conflicts).toEqual([
      { field: 'v', existing: 'dense_vector(3)', wanted: 'dense_vector(4)' },
    ]);
  });

  test('fields of names that every object has are found missing', () => {
    expect(compareMapping({}, { constructor: { type: 'long' } }).missing).toEqual({ constructor: { type: 'long' } });
  });

  test('objects and multi-fields count toward the limit of fields', () => {
    const fields = { keyword: { type: 'keyword' } };
    expect(countFields({ a: { type: 'text', fields }, b: { properties: { c: { type: 'long' } } } })).toBe(4);
  });
});
