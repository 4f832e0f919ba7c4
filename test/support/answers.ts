import fc from 'fast-check';

import { ANSWER_HEADERS, type CannedAnswer } from './canned-elasticsearch';
import { byteDamage, damageBytes } from './corrupted';

/** What Elasticsearch would have answered, and what arrives. */
export interface Answer {
  readonly right: CannedAnswer;
  readonly given: CannedAnswer;
}

export function anyAnswer(body: Buffer, changes: Partial<CannedAnswer> = {}): Answer {
  const right: CannedAnswer = { status: 200, headers: ANSWER_HEADERS, body };
  return { right, given: { ...right, ...changes } };
}

const HTML = Buffer.from('<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>');
const JSON_STATUS = [200, 201, 400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504];
const status = fc.oneof({ weight: 6, arbitrary: fc.constant(200) }, fc.constantFrom(...JSON_STATUS));

/** What a broken server, or a proxy before it, makes of a right answer. */
export const damagedAnswer: fc.Arbitrary<(right: Buffer) => Answer> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(byteDamage, status).map(([damage, code]) => damaged((body) => damageBytes(body, damage), code)),
  },
  // Of every part of an answer there may be another one, none, or one more.
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.nat(), fc.anything(plainJson()), status)
      .map(([at, value, code]) => damaged((body) => replacePart(body, at, value), code)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.jsonValue(), status)
      .map(([value, code]) => damaged(() => Buffer.from(JSON.stringify(value)), code)),
  },
  { weight: 1, arbitrary: fc.tuple(status, fc.boolean()).map(([code, isNamed]) => page(code, isNamed)) },
  { weight: 1, arbitrary: status.map((code) => damaged(() => Buffer.alloc(0), code)) },
);

function plainJson(): fc.ObjectConstraints {
  return {
    maxDepth: 2,
    maxKeys: 3,
    values: [
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.constant(null),
    ],
  };
}

function damaged(change: (right: Buffer) => Buffer, code: number) {
  return (right: Buffer) => anyAnswer(right, { status: code, body: change(right) });
}

/** A page for people, from a proxy; some pass Elasticsearch's headers on. */
function page(code: number, isNamed: boolean) {
  return (right: Buffer) =>
    anyAnswer(right, {
      status: code,
      headers: { ...(isNamed ? ANSWER_HEADERS : {}), 'content-type': 'text/html' },
      body: HTML,
    });
}

/** Puts a value in the place of one part of a JSON document; undefined takes the part out. */
function replacePart(body: Buffer, at: number, value: unknown): Buffer {
  const tree = JSON.parse(body.toString()) as unknown;
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit(child);
    }
  };
  visit(tree);
  const [node, key] = places[at % places.length] ?? [];
  if (node !== undefined && key !== undefined) node[key] = value;
  return Buffer.from(JSON.stringify(tree));
}
