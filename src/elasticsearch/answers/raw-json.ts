/**
 * Looks at the value that starts at a position.
 * @returns where it ends: what {@link skipValue}, or another visit, returns for it
 */
export type VisitMember = (key: string, start: number) => number;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Bytes of a string from which on searching by the C library is faster than by a loop. */
const LONG_STRING = 48;

/**
 * Visits the members of the JSON object that starts at `start`, once, without parsing what nobody asks for: numbers
 * keep every digit.
 * @returns where the object ends
 */
export function visitMembers(json: Buffer, start: number, visit: VisitMember): number {
  let at = enter(json, start, OPEN_BRACE);
  while (json[at] !== CLOSE_BRACE) {
    const keyEnd = skipString(json, at);
    const key = JSON.parse(json.toString('utf8', at, keyEnd)) as string;
    const valueStart = skipSpace(json, skipSpace(json, keyEnd) + 1);
    at = next(json, visit(key, valueStart));
  }
  return at + 1;
}

/**
 * Visits the elements of the JSON array that starts at `start`.
 * @returns where it ends
 */
export function visitElements(json: Buffer, start: number, visit: (start: number) => number): number {
  let at = enter(json, start, OPEN_BRACKET);
  while (json[at] !== CLOSE_BRACKET) at = next(json, visit(at));
  return at + 1;
}

/** Finds the end of the value that starts at `start`. */
export function skipValue(json: Buffer, start: number): number {
  const first = json[start];
  if (first === QUOTE) return skipString(json, start);
  return first === OPEN_BRACE || first === OPEN_BRACKET ? skipNested(json, start) : skipScalar(json, start);
}

/** The members of a JSON object as raw JSON, in their order. */
export function readMembers(json: Buffer): Map<string, Buffer> {
  const members = new Map<string, Buffer>();
  visitMembers(json, 0, (key, start) => {
    const end = skipValue(json, start);
    members.set(key, json.subarray(start, end));
    return end;
  });
  return members;
}

function enter(json: Buffer, start: number, opening: number): number {
  const at = skipSpace(json, start);
  if (json[at] !== opening) throw malformed();
  return skipSpace(json, at + 1);
}

function next(json: Buffer, end: number): number {
  const at = skipSpace(json, end);
  if (at >= json.length) throw malformed();
  return json[at] === COMMA ? skipSpace(json, at + 1) : at;
}

function skipSpace(json: Buffer, start: number): number {
  let at = start;
  while (isSpace(json[at])) at += 1;
  return at;
}

/** Every byte of a document comes by here. */
function skipNested(json: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  while (at < json.length) {
    const byte = json[at];
    if (byte === QUOTE) {
      at = skipString(json, at);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  throw malformed();
}

function skipString(json: Buffer, start: number): number {
  if (json[start] !== QUOTE) throw malformed();
  let at = start + 1;
  const long = start + LONG_STRING;
  while (at < json.length) {
    const byte = json[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 2;
    else at += 1;
    if (at >= long) return skipLongString(json, at);
  }
  throw malformed();
}

/** @param from - a place within the string that is not escaped */
function skipLongString(json: Buffer, from: number): number {
  for (let at = from; ;) {
    const quote = json.indexOf(QUOTE, at);
    if (quote === -1) throw malformed();
    let backslashes = 0;
    while (quote - backslashes > from && json[quote - backslashes - 1] === BACKSLASH) backslashes += 1;
    at = quote + 1;
    if (backslashes % 2 === 0) return at;
  }
}

function skipScalar(json: Buffer, start: number): number {
  let at = start;
  while (at < json.length && !isDelimiter(json[at])) at += 1;
  if (at === start) throw malformed();
  return at;
}

function isDelimiter(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function malformed(): Error {
  return new Error('what should be JSON is not');
}
