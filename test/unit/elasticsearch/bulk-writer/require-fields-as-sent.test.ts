import { findChange } from '../../../../src/elasticsearch/bulk-writer/require-fields-as-sent';

const fields = {
  _timestamp: '2026-01-02T03:04:05.678901+00:00',
  _relation: 'shop/public.item',
  _bucket: 7,
  _id_hash: -5,
};
const sent = { version: 10, fields: { ...fields, public_item_name: 'n' } };
const change = (found: Parameters<typeof findChange>[1]) => findChange(sent, found, 99);

describe('a document that is read back', () => {
  test('is as it was sent, whatever became of the row’s own fields', () => {
    expect(change({ version: 10, fields })).toBeUndefined();
    expect(change({ version: 10, fields: { ...fields, public_item_name: 'other' } })).toBeUndefined();
  });

  test.each(Object.keys(fields))('lacks %s', (field) => {
    const others = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== field));
    expect(change({ version: 10, fields: others })).toBe(field);
    expect(change({ version: 10, fields: { ...fields, [field]: 'bar' } })).toBe(field);
  });

  test('has a fingerprint that it was not given', () => {
    expect(change({ version: 10, fields: { ...fields, _fingerprint: 1 } })).toBe('_fingerprint');
  });

  test('has its time in another form', () => {
    expect(change({ version: 10, fields: { ...fields, _timestamp: '2026-01-02T03:04:05.678Z' } })).toBeUndefined();
  });

  test('was replaced by a later write of this sync: its fields say nothing of this one', () => {
    expect(change({ version: 11, fields: {} })).toBeUndefined();
  });

  test('has a version, or a routing, that this sync does not give', () => {
    expect(change({ version: 100, fields })).toBe('_version');
    expect(change({ version: 9, fields })).toBe('_version');
    expect(change({ version: 10, routing: 'north', fields })).toBe('_routing');
  });
});
