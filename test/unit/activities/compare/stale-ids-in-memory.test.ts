import { collectStale, takeFoundStale } from '../../../../src/activities/compare/stale-ids-in-memory';
import { createConnectorMemory } from '../../../../src/activities/connector/connector-memory';
import type { CompareInput } from '../../../../src/activities/contract/activity-inputs';
import { planOf } from '../../../support/fake-activities';

function inputOf(relation: string, jobId = 'job'): CompareInput {
  const { job } = planOf('shop', [relation]);
  return { job: { ...job, jobId }, round: 0, part: { relation, oid: 1, buckets: [{ from: 0, to: 4 }] } };
}

function keep(memory: ReturnType<typeof createConnectorMemory>, input: CompareInput, ids: readonly string[]): void {
  const stale = collectStale(memory, input);
  for (const id of ids) stale.add(id);
  stale.keep();
}

test('A deletion takes the ids that the comparison of its part found, once', () => {
  const memory = createConnectorMemory();
  keep(memory, inputOf('public.item'), ['1', '2']);
  keep(memory, inputOf('public.order'), ['3']);
  expect(takeFoundStale(memory, inputOf('public.item'))).toStrictEqual(['1', '2']);
  expect(takeFoundStale(memory, inputOf('public.item'))).toBeUndefined();
  expect(takeFoundStale(memory, inputOf('public.order'))).toStrictEqual(['3']);
});

test('A sync never sees what another one of the connector found', () => {
  const memory = createConnectorMemory();
  keep(memory, inputOf('public.item', 'earlier'), ['1']);
  expect(takeFoundStale(memory, inputOf('public.item', 'later'))).toBeUndefined();
  expect(takeFoundStale(memory, inputOf('public.item', 'earlier'))).toBeUndefined();
});

test('Nothing is left when a sync has ended', () => {
  const memory = createConnectorMemory();
  keep(memory, inputOf('public.item'), ['1']);
  memory.forget();
  expect(takeFoundStale(memory, inputOf('public.item'))).toBeUndefined();
});

test('More ids than fit into memory are not kept, those of the oldest part give way', () => {
  const memory = createConnectorMemory();
  const many = Array.from({ length: 60_000 }, (_, id) => String(id));
  keep(memory, inputOf('public.first'), many);
  keep(memory, inputOf('public.second'), many);
  keep(memory, inputOf('public.huge'), [...many, ...many]);
  expect(takeFoundStale(memory, inputOf('public.first'))).toBeUndefined();
  expect(takeFoundStale(memory, inputOf('public.second'))).toHaveLength(60_000);
  expect(takeFoundStale(memory, inputOf('public.huge'))).toBeUndefined();
});
