import fc from 'fast-check';

import { idPrefix } from '../../../../src/documents/ids/document-id';
import { decodeKey, encodeId } from '../../../support/document-id';

const RUNS = { numRuns: 2000 };

/** Texts that provoke: separators, escapes, marks, and their combinations. */
const keyText = fc.oneof(
  fc
    .array(fc.constantFrom('%', ',', ':', '.', '%N', '%H', '%25', '%2C', 'x', '', ' ', '\n', 'é', '😀'), {
      maxLength: 6,
    })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
);
const keyPart = fc.option(keyText, { nil: null });
const name = fc.oneof(keyText, fc.string()).filter((text) => text !== '' && text.length < 20);

describe('document ids', () => {
  test('show connector, relation and key', () => {
    const prefix = idPrefix('shop', { schema: 'public', table: 'order_lines' });
    expect(encodeId(prefix, ['42', 'x,y', null])).toBe('shop:public.order_lines:42,x%2Cy,%N');
  });

  test('differ for any two different keys', () => {
    fc.assert(
      fc.property(
        fc.array(keyPart, { minLength: 1, maxLength: 3 }),
        fc.array(keyPart, { minLength: 1, maxLength: 3 }),
        (a, b) => {
          const same = JSON.stringify(a) === JSON.stringify(b);
          expect(encodeId('c:s.t:', a) === encodeId('c:s.t:', b)).toBe(same);
        },
      ),
      RUNS,
    );
  });

  test('differ for any two relations or connectors, whatever their names', () => {
    fc.assert(
      fc.property(name, name, name, name, name, name, (c1, s1, t1, c2, s2, t2) => {
        const same = c1 === c2 && s1 === s2 && t1 === t2;
        expect(idPrefix(c1, { schema: s1, table: t1 }) === idPrefix(c2, { schema: s2, table: t2 })).toBe(same);
      }),
      RUNS,
    );
  });

  test('give the key back, unless it was too long to be kept', () => {
    fc.assert(
      fc.property(
        name,
        name,
        name,
        fc.array(keyPart, { minLength: 1, maxLength: 4 }),
        (connector, schema, table, key) => {
          const decoded = decodeKey(encodeId(idPrefix(connector, { schema, table }), key));
          if (decoded !== undefined) expect(decoded).toEqual(key);
        },
      ),
      RUNS,
    );
  });

  test('are a hash above 512 bytes of UTF-8, which no key can spell', () => {
    const long = encodeId('c:s.t:', ['é'.repeat(254)]);
    expect(long).toMatch(/^c:s\.t:%H[0-9a-f]{64}$/);
    expect(decodeKey(long)).toBeUndefined();
    expect(encodeId('c:s.t:', ['é'.repeat(253)])).toBe(`c:s.t:${'é'.repeat(253)}`);
    expect(encodeId('c:s.t:', [long.slice('c:s.t:'.length)])).not.toBe(long);
  });
});
