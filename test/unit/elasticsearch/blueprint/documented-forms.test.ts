import { drawBlueprint } from '../../../../src/elasticsearch/blueprint/draw-blueprint';
import { findChanges } from '../../../../src/elasticsearch/blueprint/find-changes';
import { EMPTY_CONTENT } from '../../../../src/elasticsearch/blueprint/index-content';
import { toMapping } from '../../../../src/elasticsearch/blueprint/read-content';
import { readSectionFor } from '../../../../src/elasticsearch/index/design-index';

const NEEDED = { public_book_title: { type: 'text' }, public_book_blurb: { type: 'text' } };

/** The mapping that Elasticsearch is asked to make for the section `index` of a connector. */
function askFor(mapping: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const needed = { dynamic: false, properties: NEEDED };
  const { properties, parameters } = drawBlueprint({
    template: EMPTY_CONTENT,
    needed: { mapping: needed, overridden: {}, settings: () => [] },
    changed: findChanges(EMPTY_CONTENT, EMPTY_CONTENT, true),
    section: readSectionFor(needed, { settings: {}, mapping }),
    rules: { holds: () => true, own: new Set() },
  });
  return { ...toMapping(parameters), properties };
}

describe('what the tests’ Elasticsearch lacks is asked for in the form of Elastic’s reference', () => {
  // "Semantic text field type reference": parameters, index_options, chunking_settings; filled by copy_to.
  test('semantic_text, filled from several columns', () => {
    const meaning = {
      type: 'semantic_text',
      inference_id: 'my-openai-endpoint',
      search_inference_id: 'my-search-endpoint',
      index_options: { dense_vector: { type: 'int8_hnsw', m: 15, ef_construction: 90, confidence_interval: 0.95 } },
      chunking_settings: { strategy: 'sentence', max_chunk_size: 250, sentence_overlap: 1 },
    };
    const copied = { copy_to: 'meaning' };
    expect(askFor({ properties: { public_book_title: copied, public_book_blurb: copied, meaning } })).toEqual({
      dynamic: false,
      properties: {
        public_book_title: { type: 'text', copy_to: 'meaning' },
        public_book_blurb: { type: 'text', copy_to: 'meaning' },
        meaning,
      },
    });
  });

  // "Runtime fields", "Dynamic templates", "_source field: synthetic source", "Field limits: subobjects".
  test.each([
    [{ runtime: { words: { type: 'long', script: { source: 'emit(1)' } } } }],
    [{ dynamic_templates: [{ codes: { match: '*_code', mapping: { type: 'wildcard' } } }], dynamic: 'strict' }],
    [{ _source: { mode: 'synthetic' } }],
    [{ subobjects: false, date_detection: false }],
  ])('%j', (mapping) => {
    expect(askFor(mapping)).toEqual({ dynamic: false, ...mapping, properties: NEEDED });
  });

  // "search_as_you_type", "constant_keyword", "completion", "Percolator": fields beside those of columns.
  test.each([
    [{ type: 'search_as_you_type', max_shingle_size: 3, analyzer: 'simple' }],
    [{ type: 'constant_keyword', value: 'book' }],
    [{ type: 'completion', contexts: [{ name: 'place', type: 'category', path: 'public_book_title' }] }],
    [{ type: 'percolator' }],
  ])('%j', (field) => {
    expect(askFor({ properties: { more: field } })).toMatchObject({ properties: { more: field } });
  });
});
