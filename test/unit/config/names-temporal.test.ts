import { MINIMAL, parse } from '../../support/parse-configuration';

const isNamed = (temporal: string, environment: Record<string, string> = {}) =>
  parse(`temporal: ${temporal}\n${MINIMAL}`, { environment }).namesTemporal;

describe('whether anybody says where Temporal is', () => {
  test.each<[string, string, Record<string, string>, boolean]>([
    ['no section', '', {}, false],
    ['a section without an address', '{ namespace: shop }', {}, false],
    ['the usual address, written', '{ address: "localhost:7233" }', {}, true],
    ['another address', '{ address: "temporal.example:7233" }', {}, true],
    ['the default of a variable that is not set, as init writes it', '{ address: "${T:-localhost:7233}" }', {}, false],
    ['the same, and the variable is empty', '{ address: "${T:-localhost:7233}" }', { T: '' }, false],
    [
      'the same, and the variable says the usual address',
      '{ address: "${T:-localhost:7233}" }',
      { T: 'localhost:7233' },
      true,
    ],
    ['another address as the default', '{ address: "${T:-temporal.example:7233}" }', {}, true],
    ['a variable without a default', '{ address: "${T}" }', { T: 'localhost:7233' }, true],
    ['a profile that names one', '{ profile: default }', { TEMPORAL_ADDRESS: 'localhost:7233' }, true],
    ['a profile that names none', '{ profile: default }', { TEMPORAL_NAMESPACE: 'shop' }, false],
  ])('%s', (_, temporal, environment, expected) => {
    expect(isNamed(temporal, environment)).toBe(expected);
  });

  test('a dotted key is an address as well', () => {
    expect(parse(`temporal.address: localhost:7233\n${MINIMAL}`).namesTemporal).toBe(true);
  });
});
