import { hashDefinition } from '../../../src/config/settings/hash-definition';
import { messagesOf, MINIMAL, parse, withConnector } from '../../support/parse-configuration';

const settingsOf = (text: string) => {
  const [connector] = parse(text).settings.connectors;
  if (connector === undefined) throw new Error('no connector');
  return connector;
};
const hashOf = (text: string) => hashDefinition(settingsOf(text), parse(text).settings.elasticsearch);

describe('the section index of a connector', () => {
  test('keeps names as they are written, dots and all', () => {
    const section = `index: { settings: { index.sort.field: id }, mapping: { properties: { a.b: { type: text } } } }`;
    expect(settingsOf(withConnector(section)).indexContent).toEqual({
      settings: { 'index.sort.field': 'id' },
      mapping: { properties: { 'a.b': { type: 'text' } } },
    });
  });

  test('may be given by a dotted key', () => {
    expect(settingsOf(withConnector('index.settings: { number_of_shards: 3 }')).indexContent).toEqual({
      settings: { number_of_shards: 3 },
      mapping: {},
    });
  });

  test('is a part of what a sync is planned by, and nothing where it is left out or empty', () => {
    expect(settingsOf(MINIMAL)).not.toHaveProperty('indexContent');
    expect(hashOf(withConnector('index: {}'))).toBe(hashOf(MINIMAL));
    expect(hashOf(withConnector('index.settings: { number_of_shards: 3 }'))).not.toBe(hashOf(MINIMAL));
  });

  test.each([
    ['index.mapping: { _routing: { required: true } }', /filtered aliases take its place/u],
    ['index.mapping: { _meta: { owner: me } }', /pgferry keeps its state there/u],
    ['index.settings: fast', /must be a mapping, as \{ number_of_shards: 3 \}/u],
    ['index: { setings: {} }', /unknown key 'setings'; did you mean 'settings'/u],
  ])('%s is a mistake', (section, message) => {
    expect(Object.values(messagesOf(withConnector(section)))).toEqual([expect.stringMatching(message) as string]);
  });

  test('says the same where connectors share an index', () => {
    const second = (index: string) =>
      `${withConnector('index.settings: { codec: best_compression }')}${MINIMAL.replace('\nconnectors:\n', '').replace(
        'connector_id: shop',
        'connector_id: other',
      )}${index}`;
    const [message] = Object.values(messagesOf(second('')));
    expect(message).toMatch(/shop and other share \S+: their index must say the same/u);
    expect(parse(second('    index.settings: { codec: best_compression }\n')).settings.connectors).toHaveLength(2);
  });
});
