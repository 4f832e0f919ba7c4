import fc from 'fast-check';

import { escapeFieldName } from '../../../../src/documents/fields/escape-field-name';
import { nameFields } from '../../../../src/documents/fields/field-names';
import { column, makeRelation } from '../../../support/make-relation';

const PREFIXED = { fieldNames: 'prefixed', json: 'flattened', excludeColumns: [], mapping: {} } as const;
const PLAIN = { ...PREFIXED, fieldNames: 'plain' } as const;

function fieldsOf(names: readonly string[], options: typeof PREFIXED | typeof PLAIN, changes = {}): string[] {
  const relation = makeRelation({ columns: names.map((name) => column(name)), ...changes });
  return nameFields(relation, relation.columns, options).fields.map(({ field }) => field);
}

describe('names of fields', () => {
  test('are {schema}_{table}_{column} in lower case, as in Elastic’s connector', () => {
    expect(fieldsOf(['id', 'Full Name'], PREFIXED, { schema: 'Sales', table: 'Orders' })).toEqual([
      'sales_orders_id',
      'sales_orders_full name',
    ]);
  });

  test('of a rule carry the tables that it names, sorted', () => {
    const rule = { kind: 'rule', table: 'r1', tables: ['orders', 'lines'] };
    expect(fieldsOf(['id'], PREFIXED, rule)).toEqual(['public_lines_orders_id']);
    const qualified = { ...rule, tables: ['public.orders', 'lines'] };
    expect(fieldsOf(['id'], PREFIXED, qualified)).toEqual(['public_lines_orders_id']);
  });

  test('are the columns’ own in plain mode, also for columns called id, table or Name beside name', () => {
    expect(fieldsOf(['id', 'table', 'Name', 'name'], PLAIN)).toEqual(['id', 'table', 'Name', 'name']);
  });

  test('that fall together are an error that names both columns', () => {
    expect(() => fieldsOf(['Name', 'name'], PREFIXED)).toThrow(/"Name".*"name".*public_items_name/);
    expect(() => fieldsOf(['_bucket'], PLAIN)).toThrow(/a field that pgferry adds and column "_bucket"/);
  });

  test('that Elasticsearch refuses are replaced, and the plan says so', () => {
    const relation = makeRelation({ columns: ['_id', ' ', 'a.b'].map((name) => column(name)) });
    const { fields, renamed } = nameFields(relation, relation.columns, PLAIN);
    expect(fields.map(({ field }) => field)).toEqual(['_id_', '_', 'a_b']);
    expect(renamed).toHaveLength(3);
  });

  test('are never blank, with a dot, or a name of metadata', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('_id', '.', '..', ' . ', '_source', '_id.', '\u00a0')),
        (text) => {
          const { name, reason } = escapeFieldName(text === '' ? 'x' : text);
          expect(name.trim()).not.toBe('');
          expect(name).not.toContain('.');
          expect(['_id', '_source', '_index']).not.toContain(name);
          expect(reason === undefined).toBe(name === (text === '' ? 'x' : text));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('the attachment goes to the field where pipelines look for it', () => {
    const relation = makeRelation({ columns: [column('file', 'bytea')] });
    const { fields } = nameFields(relation, relation.columns, { ...PREFIXED, attachment: 'public.items.file' });
    expect(fields.map(({ field }) => field)).toEqual(['_attachment']);
  });
});
