import type { SourceView } from '../../../../src/activities/plan/read-source';
import { viewsOfIndices } from '../../../../src/activities/plan/views-of-indices';

const NAMING = { indexName: 'shop-{table}', indexNaming: 'shop-{table}' };
const relation = (name: string) => ({ name }) as SourceView['relations'][number];
const VIEW: SourceView = {
  probe: {} as SourceView['probe'],
  relations: [relation('public.Orders'), relation('crm.notes')],
  skipped: [{ relation: 'crm.orders', reason: 'it has no key' }],
  // An entry of `tables` that means no table is no name of one.
  problems: [
    { type: 'InvalidConfig', relation: '50%*', message: 'No table matches.' },
    { type: 'SourcePermission', relation: 'crm.notes', message: 'No grant.' },
  ],
};

test('a view of all tables is parted by their indices', () => {
  const viewOf = viewsOfIndices(NAMING, VIEW);
  const orders = viewOf({ ...NAMING, indexName: 'shop-orders' });
  expect(orders).toMatchObject({ relations: [{ name: 'public.Orders' }], skipped: VIEW.skipped, problems: [] });
  const notes = viewOf({ ...NAMING, indexName: 'shop-notes' });
  expect(notes).toMatchObject({
    relations: [{ name: 'crm.notes' }],
    skipped: [],
    problems: [{ message: 'No grant.' }],
  });
  expect(viewOf({ ...NAMING, indexName: 'shop-nothing' }).relations).toEqual([]);
});

test('a connector of one index has one view', () => {
  expect(viewsOfIndices({ indexName: 'shop' }, VIEW)({ indexName: 'shop' })).toBe(VIEW);
});
