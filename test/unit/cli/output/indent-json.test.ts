import fc from 'fast-check';

import { indentJson } from '../../../../src/cli/output/indent-json';

test('breaks lines where an object is too long for one, and keeps all digits', () => {
  const json =
    '{"id":9007199254740993,"price":1.10,"name":"a \\"b\\": [c]","none":[],"lines":[{"n":1,"title":"' +
    'x'.repeat(60) +
    '"},{"n":2,"title":"' +
    'y'.repeat(60) +
    '"}]}';
  expect(indentJson(json).split('\n')).toEqual([
    '{',
    '  "id": 9007199254740993,',
    '  "price": 1.10,',
    '  "name": "a \\"b\\": [c]",',
    '  "none": [],',
    '  "lines": [',
    `    { "n": 1, "title": "${'x'.repeat(60)}" },`,
    `    { "n": 2, "title": "${'y'.repeat(60)}" }`,
    '  ]',
    '}',
  ]);
});

test('means the same, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(JSON.parse(indentJson(json))).toEqual(JSON.parse(json));
    }),
  );
});
