import fc from 'fast-check';

import { digestDocument } from '../../../src/verify/digest-document';

const RUNS = { numRuns: 1_000, verbose: true } as const;
const anyMembers = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });

const NOW = '2026-01-02T03:04:05.678901+00:00';
const anyTime = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());

/** A document as PostgreSQL renders it: what pgferry adds comes first. */
function render(timestamp: string, columns: object): Buffer {
  return Buffer.from(JSON.stringify({ id: 'x', table: 't', _timestamp: timestamp, ...columns }));
}

describe('the digest of a document', () => {
  test('is the same at another time, whatever the columns hold', () => {
    fc.assert(
      fc.property(anyMembers, anyTime, anyTime, (value, before, after) => {
        // A member of the same name deeper within belongs to the row.
        const columns = { column: { ...value, a: 1, _timestamp: 'of the row' } };
        expect(digestDocument(render(before, columns))).toBe(digestDocument(render(after, columns)));
      }),
      RUNS,
    );
  });

  test('differs where any other byte does', () => {
    fc.assert(
      fc.property(anyMembers, anyMembers, (one, other) => {
        const [a, b] = [render(NOW, { column: one }), render(NOW, { column: other })];
        expect(digestDocument(a) === digestDocument(b)).toBe(a.equals(b));
      }),
      RUNS,
    );
  });

  test('sees a change of the row that looks like the time of a sync', () => {
    const columns = (at: string) => ({ column: { a: 1, _timestamp: at } });
    expect(digestDocument(render(NOW, columns('a')))).not.toBe(digestDocument(render(NOW, columns('b'))));
  });

  test.each([{}, { _timestamp: 7 }, { _timestamp: 'other' }])(
    'is that of no row where the time is not one: %j',
    (time) => {
      const row = render(NOW, {});
      expect(digestDocument(Buffer.from(JSON.stringify({ id: 'x', table: 't', ...time })))).not.toBe(
        digestDocument(row),
      );
    },
  );
});
