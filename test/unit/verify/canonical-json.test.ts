import fc from 'fast-check';

import { canonicalJson } from '../../../src/verify/canonical-json';

const spell = (text: string) => canonicalJson(Buffer.from(text));

test('one value has one spelling', () => {
  expect(spell('{"b": [1, {"y":2,"x" : null}], "a":"\\u00e9\\/"}')).toBe('{"a":"é/","b":[1,{"x":null,"y":2}]}');
  expect(spell('[ ]')).toBe('[]');
  expect(spell('{ }')).toBe('{}');
});

test('digits and the order of lists count', () => {
  expect(spell('1.0')).not.toBe(spell('1'));
  expect(spell('12345678901234567890')).toBe('12345678901234567890');
  expect(spell('[1,2]')).not.toBe(spell('[2,1]'));
});

test('of any value it is that value, however it is indented', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const compact = spell(JSON.stringify(value));
      expect(JSON.parse(compact)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(spell(JSON.stringify(value, undefined, 2))).toBe(compact);
    }),
    { numRuns: 500 },
  );
});
