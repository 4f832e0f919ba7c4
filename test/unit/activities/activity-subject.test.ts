import { readSubject } from '../../../src/activities/activity-subject';

describe('what an activity is about', () => {
  const job = { connectorId: 'shop' };
  test.each([
    ['a connector', { connectorId: 'shop' }, { connector: 'shop' }],
    ['a plan', { plan: { job } }, { connector: 'shop' }],
    ['partitions', { job, task: [{ relation: 'public.a' }] }, { connector: 'shop', relation: 'public.a' }],
    ['a part', { job, part: { relation: 'public.a' } }, { connector: 'shop', relation: 'public.a' }],
    ['relations', { job, relations: [{ name: 'public.a' }] }, { connector: 'shop', relation: 'public.a' }],
    ['names', { job, relations: ['public.a'] }, { connector: 'shop', relation: 'public.a' }],
    ['nothing', undefined, {}],
  ])('is read from %s', (_, input, subject) => {
    expect(readSubject(input)).toEqual(subject);
  });
});
