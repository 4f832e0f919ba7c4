import { findUnknownColumns } from '../../../../src/documents/fields/column-names';
import { makeRelation } from '../../../support/make-relation';

describe('columns that the configuration names', () => {
  const options = {
    fieldNames: 'prefixed',
    json: 'flattened',
    excludeColumns: ['public.items.name'],
    mapping: {},
  } as const;

  test('are found out when no relation has them, so that a misspelt one is not synced by mistake', () => {
    const misspelt = { ...options, excludeColumns: ['public.items.nmae'], attachment: 'public.files.file' };
    expect(findUnknownColumns([makeRelation()], options)).toEqual([]);
    expect(findUnknownColumns([makeRelation()], misspelt)).toEqual(['public.items.nmae', 'public.files.file']);
  });

  test('may be named by any table of a rule', () => {
    const rule = makeRelation({ kind: 'rule', table: 'r1', tables: ['items', 'more'] });
    expect(findUnknownColumns([rule], options)).toEqual([]);
  });
});
