import { findCalledPipelines } from '../../../../src/elasticsearch/pipelines/called-pipelines';
import { hashPipelines } from '../../../../src/elasticsearch/pipelines/hash-pipelines';
import { namePipelines } from '../../../../src/elasticsearch/pipelines/name-pipelines';

const settings = { 'index.default_pipeline': 'first', 'index.final_pipeline': 'last' };
const place = 'the index shop';
const names = (requested: string | undefined, given: Record<string, unknown>) =>
  namePipelines({ requested, settings: given, place }).map(({ name }) => name);

test('a request’s pipeline takes the place of the default one, and never of the final one', () => {
  expect(names(undefined, settings)).toEqual(['first', 'last']);
  expect(names('own', settings)).toEqual(['own', 'last']);
  expect(names('_none', settings)).toEqual(['last']);
  expect(names(undefined, { 'index.default_pipeline': '_none', 'index.final_pipeline': null })).toEqual([]);
});

test('what names a pipeline is told', () => {
  expect(namePipelines({ requested: undefined, settings, place })[1]).toEqual({
    name: 'last',
    setBy: '`index.final_pipeline` of the index shop',
  });
});

test('pipelines that a pipeline calls are found wherever they stand', () => {
  const definition = {
    processors: [
      { pipeline: { name: 'a' } },
      { foreach: { field: 'x', processor: { pipeline: { name: 'b', if: 'true' } } } },
      { set: { field: 'pipeline', value: 'no' }, on_failure: [{ pipeline: { name: 'c' } }] },
    ],
  };
  expect(findCalledPipelines(definition)).toEqual({ names: ['a', 'b', 'c'], areOpen: false });
  expect(findCalledPipelines({ processors: [{ pipeline: { name: '{{kind}}' } }] })).toEqual({
    names: [],
    areOpen: true,
  });
});

test('a hash tells definitions apart by what they do', () => {
  const hash = (definition: unknown) => hashPipelines(['a'], new Map([['a', definition]]));
  const drop = { processors: [{ drop: { if: 'x', tag: 't' } }] };
  expect(hash({ ...drop, modified_date_millis: 1 })).toBe(hash({ processors: [{ drop: { tag: 't', if: 'x' } }] }));
  expect(hash(drop)).not.toBe(hash({ processors: [{ drop: { if: 'y', tag: 't' } }] }));
  expect(hash(drop)).not.toBe(hash(null));
  const two = { processors: [{ drop: {} }, { fail: {} }] };
  expect(hash(two)).not.toBe(hash({ processors: [...two.processors].reverse() }));
});
