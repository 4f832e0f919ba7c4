import fc from 'fast-check';

import { type BlueprintLayers, drawBlueprint } from '../../../../src/elasticsearch/blueprint/draw-blueprint';
import { findChanges } from '../../../../src/elasticsearch/blueprint/find-changes';
import {
  EMPTY_CONTENT,
  type IndexContent,
  type Properties,
} from '../../../../src/elasticsearch/blueprint/index-content';
import { readContent } from '../../../../src/elasticsearch/blueprint/read-content';
import { withoutChanges } from '../../../../src/elasticsearch/blueprint/without-changes';
import { warnOfRollover } from '../../../../src/elasticsearch/index/find-index-warnings';

const RULES = {
  holds: (type: string, wanted: string) => type === 'keyword' && wanted === 'text',
  own: new Set(['_relation']),
};
const NONE = findChanges(EMPTY_CONTENT, EMPTY_CONTENT, true);

const settings = fc.dictionary(
  fc.constantFrom('index.refresh_interval', 'index.number_of_replicas', 'index.max_result_window', 'index.sort.field'),
  fc.constantFrom('1', '2', '7s'),
);
const field = fc.record(
  {
    type: fc.constantFrom('text', 'keyword', 'long'),
    ignore_above: fc.constantFrom(10, 20),
    boost: fc.constantFrom(1, 2),
    fields: fc.dictionary(fc.constantFrom('raw', 'kw'), fc.record({ type: fc.constantFrom('keyword', 'long') })),
  },
  { requiredKeys: ['type'] },
);
const properties = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), field);
const content: fc.Arbitrary<IndexContent> = fc.record({
  settings,
  parameters: fc.dictionary(fc.constantFrom('date_detection', 'runtime.r'), fc.constantFrom('x', 'y')),
  properties,
  aliases: fc.constant({}),
});

const layersOf = (
  template: IndexContent,
  needed: Properties,
  file: Properties,
  section = EMPTY_CONTENT,
): Omit<BlueprintLayers, 'changed'> => ({
  template,
  section,
  needed: {
    mapping: { dynamic: false, properties: { ...needed, ...file } },
    overridden: Object.fromEntries(Object.keys(file).map((name) => [name, { type: 'text' }])),
    settings: () => [{ name: 'index.gc_deletes', value: '1h' }],
  },
  rules: RULES,
});

/** The index as Elasticsearch makes it: what was asked for over what templates give; a field is replaced as a whole. */
function make(template: IndexContent, asked: ReturnType<typeof drawBlueprint>): IndexContent {
  const all = { ...template.settings, ...asked.settings };
  return {
    settings: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)),
    parameters: { ...template.parameters, ...asked.parameters },
    properties: { ...template.properties, ...asked.properties },
    aliases: {},
  };
}

describe('an index that takes the place of another one', () => {
  test('has of each value the one that comes last, and every other value is named', () => {
    fc.assert(
      fc.property(content, properties, content, properties, content, (template, needed, old, file, section) => {
        const changed = findChanges(old, EMPTY_CONTENT, true);
        const drawn = drawBlueprint({ ...layersOf(template, needed, file, section), changed });
        const made = make(template, drawn);
        const lost = new Set(drawn.lost.map(({ name, value, source }) => `${source} ${name} ${value}`));
        expect(made.settings).toMatchObject(section.settings);
        expect(made.parameters).toMatchObject(section.parameters);
        for (const [name, value] of Object.entries({ ...old.settings, ...section.settings })) {
          expect(made.settings[name]).toBe(value);
          if (value !== (old.settings[name] ?? value))
            expect(lost).toContain(`index ${name} ${String(old.settings[name])}`);
        }
        for (const [name, value] of Object.entries(template.settings)) {
          if (made.settings[name] !== value) expect(lost).toContain(`template ${name} ${String(value)}`);
        }
        const given = {
          ...{ template: template.properties, pgferry: needed, index: old.properties, file },
          section: section.properties,
        };
        for (const [source, fields] of Object.entries(given)) {
          for (const [name, mapping] of Object.entries(fields)) {
            if (source === 'pgferry' && Object.hasOwn(file, name)) continue;
            const chosen = made.properties[name];
            if (chosen?.type !== mapping.type) {
              expect(lost).toContain(`${source} field ${name} ${mapping.type}`);
              continue;
            }
            for (const parameter of ['ignore_above', 'boost'] as const) {
              const value = mapping[parameter];
              if (value === undefined || chosen?.[parameter] === value) continue;
              expect(lost).toContain(`${source} field ${name} ${parameter} ${Number(value)}`);
            }
          }
        }
        for (const [name, mapping] of Object.entries(file)) {
          if (!Object.hasOwn(section.properties, name))
            expect(made.properties[name]).toMatchObject({ type: mapping.type });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('keeps what people changed through any number of rebuilds, and nothing that templates or pgferry gave', () => {
    fc.assert(
      fc.property(content, content, properties, properties, content, (before, after, needed, later, byHand) => {
        // Made, changed by hand, rebuilt under another template and for other columns, and rebuilt again as it is.
        const first = make(before, drawBlueprint({ ...layersOf(before, needed, {}), changed: NONE }));
        const hand: IndexContent = {
          settings: { ...first.settings, ...byHand.settings },
          parameters: { ...first.parameters, ...byHand.parameters },
          properties: {
            ...Object.fromEntries(
              Object.entries(byHand.properties).map(([name, mapping]) => [`hand_${name}`, mapping]),
            ),
            ...first.properties,
          },
          aliases: {},
        };
        const changed = findChanges(hand, first, true);
        expect(Object.keys(changed.properties).every((name) => name.startsWith('hand_'))).toBe(true);
        const layers = layersOf(after, later, {});
        const second = make(after, drawBlueprint({ ...layers, changed }));
        const plain = drawBlueprint({ ...layers, changed: NONE });
        const record = withoutChanges(second, changed, { ...after.properties, ...plain.properties });
        const again = findChanges(second, record, true);
        expect(again.settings).toEqual(changed.settings);
        expect(again.parameters).toEqual(changed.parameters);
        expect(again.properties).toEqual(changed.properties);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what people changed on an index', () => {
  const settingsOf = (given: object) => readContent({ settings: given });

  test('is nothing that Elasticsearch keeps of it for itself', () => {
    const now = settingsOf({ index: { uuid: 'u', creation_date: '1', provided_name: 'n', version: { created: '1' } } });
    expect(findChanges(now, EMPTY_CONTENT, true).settings).toEqual({});
  });

  test('is also what they took back', () => {
    const changes = findChanges(EMPTY_CONTENT, settingsOf({ 'index.refresh_interval': '7s' }), true);
    expect(changes.settings).toEqual({ 'index.refresh_interval': null });
  });

  test('is an analyzer as a whole', () => {
    const made = settingsOf({ index: { analysis: { analyzer: { my: { tokenizer: 'standard', filter: ['a'] } } } } });
    const now = settingsOf({ index: { analysis: { analyzer: { my: { tokenizer: 'keyword' } } } } });
    expect(findChanges(now, made, true).settings).toEqual({
      'index.analysis.analyzer.my.tokenizer': 'keyword',
      'index.analysis.analyzer.my.filter': null,
    });
  });

  test('is not the number of replicas that Elasticsearch itself chooses', () => {
    const now = settingsOf({ 'index.auto_expand_replicas': '0-1', 'index.number_of_replicas': '0' });
    expect(findChanges(now, settingsOf({ 'index.number_of_replicas': '1' }), true).settings).toEqual({
      'index.auto_expand_replicas': '0-1',
    });
  });

  test('a field of type alias whose field is gone stays behind', () => {
    const changed = findChanges(
      readContent({ mappings: { properties: { also: { type: 'alias', path: 'gone' } } } }),
      EMPTY_CONTENT,
      true,
    );
    const { properties: drawn, lost } = drawBlueprint({
      ...layersOf(EMPTY_CONTENT, { a: { type: 'long' } }, {}),
      changed,
    });
    expect(drawn).toEqual({ a: { type: 'long' } });
    expect(lost).toMatchObject([{ name: 'field also', source: 'index' }]);
  });

  test('a field on which pgferry’s own queries rely can only be added to', () => {
    const byHand = { _relation: { type: 'keyword', ignore_above: 5, fields: { raw: { type: 'text' } } } };
    const changed = findChanges(readContent({ mappings: { properties: byHand } }), EMPTY_CONTENT, true);
    const drawn = drawBlueprint({ ...layersOf(EMPTY_CONTENT, { _relation: { type: 'keyword' } }, {}), changed });
    expect(drawn.properties).toEqual({ _relation: { type: 'keyword', fields: { raw: { type: 'text' } } } });
    expect(drawn.lost).toMatchObject([{ name: 'field _relation ignore_above', source: 'index' }]);
  });
});

test('settings by which an alias will be rolled over are warned of', () => {
  const { settings: given } = readContent({
    settings: { index: { lifecycle: { name: 'hot', rollover_alias: 'shop' } } },
  });
  expect(warnOfRollover('the index shop-1', { settings: given })).toMatchObject([
    { message: expect.stringMatching(/shop-1 sets index\.lifecycle\.rollover_alias to shop/u) as string },
  ]);
  expect(warnOfRollover('the index shop-1', { settings: {} })).toEqual([]);
});
