import { quoteLiteral } from '../sql-text';

/** Letters of Java's patterns as templates of `to_char`, by how often the letter stands there; the last one for more. */
const TEMPLATES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  y: ['FMYYYY', 'YY', 'YYYY', 'YYYY'],
  u: ['FMYYYY', 'YY', 'YYYY', 'YYYY'],
  M: ['FMMM', 'MM', 'Mon', 'FMMonth'],
  L: ['FMMM', 'MM', 'Mon', 'FMMonth'],
  d: ['FMDD', 'DD'],
  D: ['FMDDD', undefined, 'DDD'],
  E: ['Dy', 'Dy', 'Dy', 'FMDay'],
  a: ['AM'],
  H: ['FMHH24', 'HH24'],
  h: ['FMHH12', 'HH12'],
  m: ['FMMI', 'MI'],
  s: ['FMSS', 'SS'],
};

/** Ways to write UTC, likewise. */
const ZONES: Readonly<Record<string, readonly string[]>> = {
  X: ['Z', 'Z', 'Z', 'Z', 'Z'],
  x: ['+00', '+0000', '+00:00', '+0000', '+00:00'],
  Z: ['+0000', '+0000', '+0000', 'GMT', 'Z'],
  V: ['', 'UTC'],
  z: ['UTC', 'UTC', 'UTC'],
};

const MICROSECOND_DIGITS = 6;
const MOST_FRACTION_DIGITS = 9;

const PART = /'((?:[^']|'')*)'|([a-zA-Z])\2*|[[\]]|[^a-zA-Z'[\]{}#]+/gu;

/**
 * SQL of the text of a date or timestamp, in UTC, by a pattern of Java's DateTimeFormatter; optional parts are written.
 * @returns undefined for a pattern with letters that PostgreSQL has no template for
 */
export function translateDatePattern(pattern: string): ((value: string) => string) | undefined {
  const parts = [...pattern.matchAll(PART)];
  if (parts.map(([whole]) => whole).join('') !== pattern) return undefined;
  const writers = parts.map(([whole, quoted, letter]) => writePart(whole, quoted, letter));
  if (writers.length === 0 || !writers.every((writer) => writer !== undefined)) return undefined;
  return (value) => `concat(${writers.map((write) => write(value)).join(', ')})`;
}

function writePart(
  whole: string,
  quoted: string | undefined,
  letter: string | undefined,
): ((value: string) => string) | undefined {
  if (whole === '[' || whole === ']') return () => `''`;
  if (quoted !== undefined) return literal(quoted === '' ? "'" : quoted.replaceAll("''", "'"));
  if (letter === undefined) return literal(whole);
  if (letter === 'S') return writeFraction(whole.length);
  const zone = ZONES[letter]?.[whole.length - 1];
  if (zone !== undefined) return literal(zone);
  const template = TEMPLATES[letter]?.[whole.length - 1];
  return template === undefined ? undefined : (value) => `to_char(${value}, '${template}')`;
}

function literal(text: string): () => string {
  return () => quoteLiteral(text);
}

function writeFraction(digits: number): ((value: string) => string) | undefined {
  if (digits > MOST_FRACTION_DIGITS) return undefined;
  if (digits > MICROSECOND_DIGITS) {
    const zeros = '0'.repeat(digits - MICROSECOND_DIGITS);
    return (value) => `to_char(${value}, 'US') || '${zeros}'`;
  }
  return (value) => `left(to_char(${value}, 'US'), ${digits})`;
}
