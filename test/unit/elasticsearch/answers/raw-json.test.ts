import fc from 'fast-check';

import { cutHits } from '../../../../src/elasticsearch/answers/cut-hits';
import { readMembers, skipValue } from '../../../../src/elasticsearch/answers/raw-json';

const RUNS = { numRuns: 1_000, verbose: true } as const;
const anyValue = fc.jsonValue({ maxDepth: 4 });
const anyObject = fc.dictionary(fc.string({ unit: 'binary' }), anyValue, { maxKeys: 6 });
/** With blanks between tokens as well as without. */
const anyIndent = fc.constantFrom(undefined, 1, '\t', ' \r');

describe('JSON is cut as it is, without parsing it', () => {
  test('each member keeps its key and its value, whatever they are', () => {
    fc.assert(
      fc.property(anyObject, anyIndent, (object, indent) => {
        const members = readMembers(Buffer.from(JSON.stringify(object, undefined, indent)));
        const read = [...members].map(([key, value]) => [key, JSON.parse(value.toString())] as const);
        expect(read).toEqual(Object.entries(JSON.parse(JSON.stringify(object)) as object));
      }),
      RUNS,
    );
  });

  test('numbers keep every digit', () => {
    const members = readMembers(Buffer.from('{"a":12345678901234567890.10,"b":[1.00]}'));
    expect([...members.values()].map(String)).toEqual(['12345678901234567890.10', '[1.00]']);
  });

  test('long strings end where they end, after any number of backslashes', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(9), fc.string({ unit: 'binary' }), (length, backslashes, end) => {
        const text = JSON.stringify(`${'x'.repeat(length)}${'\\'.repeat(backslashes)}"${end}`);
        expect(skipValue(Buffer.from(`${text},"more"`), 0)).toBe(Buffer.byteLength(text));
      }),
      RUNS,
    );
  });

  test('an answer that breaks off is an error, not a shorter one', () => {
    fc.assert(
      fc.property(anyObject, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (object, share) => {
        const whole = Buffer.from(JSON.stringify(object));
        expect(() => readMembers(whole.subarray(0, Math.floor(share * whole.length)))).toThrow();
      }),
      RUNS,
    );
  });

  test('hits give ids, sources as they are stored, and where to go on', () => {
    const hit = fc.record({
      _id: fc.string({ unit: 'binary', minLength: 1 }),
      _source: anyObject,
      sort: fc.tuple(fc.nat()),
    });
    fc.assert(
      fc.property(fc.array(hit, { maxLength: 4 }), anyIndent, (hits, indent) => {
        const answer = Buffer.from(JSON.stringify({ took: 1, hits: { total: 9, hits } }, undefined, indent));
        const cut = cutHits(answer, 'hits');
        expect(cut).toMatchObject({ hits: hits.length, errors: 0 });
        expect(cut.documents.map(({ id }) => id)).toEqual(hits.map(({ _id }) => _id));
        expect(cut.documents.map(({ source }) => JSON.stringify(JSON.parse(source.toString())))).toEqual(
          hits.map(({ _source }) => JSON.stringify(_source)),
        );
        expect(cut.lastSort).toEqual(hits.at(-1)?.sort);
      }),
      RUNS,
    );
  });
});
