import fc from 'fast-check';

/** Texts that end a literal, a name, a JSON value, a line of a bulk request, a path or a terminal's line where they are not quoted. */
const FRAGMENTS = [
  "'",
  '"',
  '\\',
  '`',
  '$$',
  '$1',
  ';',
  '--',
  '/*',
  '*/',
  "'; drop table x; --",
  '");',
  '${A}',
  '%',
  '%2F',
  '%s',
  ':',
  ',',
  '.',
  '..',
  '/',
  '?',
  '#',
  '&',
  '=',
  '*',
  '<',
  '>',
  '{',
  '}',
  '[',
  ']',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\b',
  '\u001b[31m',
  '\u001b]0;x\u0007',
  '\u009b2J',
  '\n{"delete":{"_id":"x"}}\n',
  '"}}\n{"index":{"_index":"other"}}\n{}\n',
  '\u2028',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\u0085',
  '😀',
  'é',
  'e\u0301',
  'İ',
  'ß',
  '_id',
  '__proto__',
  'null',
  'E',
  'U&',
  'x',
  ' ',
];

/** @param maxParts - of some bytes each */
export function hostileText(maxParts = 8): fc.Arbitrary<string> {
  const part = fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: 'grapheme', maxLength: 2 }));
  return fc.array(part, { maxLength: maxParts }).map((parts) => parts.join('').replaceAll('\0', ''));
}

/** A name that PostgreSQL takes: not empty, at most 63 bytes. */
export const hostileName: fc.Arbitrary<string> = hostileText(5).filter(
  (text) => text !== '' && Buffer.byteLength(text) <= 63,
);
