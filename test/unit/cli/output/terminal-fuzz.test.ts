import fc from 'fast-check';

import { escapeControls } from '../../../../src/logging/escape-controls';
import { renderLine } from '../../../../src/logging/render-line';
import { fuzzing } from '../../../support/fuzz';
import { hostileText } from '../../../support/hostile-text';

/** Everything but what is seen as it is, line ends, and the colours that pgferry uses. */
/* eslint-disable no-control-regex -- control characters are what this is about */
const HARMFUL =
  /(?!\u001b\[(?:1|2|22|31|32|33|39)m)[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u;
/* eslint-enable no-control-regex */
const text = fc.oneof(
  hostileText(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\u001b', '\u009b', '[', '8m', '31m', '\u0007[31m', '\u0008[1m', '2J', ']8;;x', 'a', '\r'), {
      maxLength: 8,
    })
    .map((parts) => parts.join('')),
);

describe('text from a database, in a terminal', () => {
  test('moves no cursor, hides nothing and turns nothing round', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(escapeControls(name)).not.toMatch(HARMFUL);
      }),
      fuzzing('texts in a terminal'),
    );
  });

  test('keeps what people read, in any language, and the colours of pgferry', () => {
    const shown = 'Größe 数量 עברית \u{1f469}\u200d\u{1f680}\n\u001b[31mred\u001b[39m';
    expect(escapeControls(shown)).toBe(shown);
    expect(escapeControls('\u0007[31m \u001b[8m \u202e \ufeff')).toBe('\\x07[31m \\x1b[8m \\u202e \\ufeff');
  });

  test('as the name of a relation begins no line of its own in the log', () => {
    const record = { msg: 'read', labels: { connector: 'shop', relation: 'a\nINFO: all is well' } };
    expect(renderLine(record)).toBe('shop a\\x0aINFO: all is well: read');
  });
});
