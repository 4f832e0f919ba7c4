import { array, assert, constantFrom, oneof, property, string, tuple } from 'fast-check';

import { decodePgoutput } from '../../../../src/postgres/replication/pgoutput';

/** A value's text; null, or false where it was not sent. */
type Value = string | null | false;

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function row(values: readonly Value[]): Buffer {
  const parts = values.map((value) => {
    if (value === null) return Buffer.from('n');
    if (value === false) return Buffer.from('u');
    const text = Buffer.from(value);
    return Buffer.concat([Buffer.from('t'), int32(text.length), text]);
  });
  return Buffer.concat([int16(values.length), ...parts]);
}

function update(oid: number, ...rows: readonly (readonly [mark: string, values: readonly Value[]])[]): Buffer {
  const parts = rows.map(([mark, values]) => Buffer.concat([Buffer.from(mark), row(values)]));
  return Buffer.concat([Buffer.from('U'), int32(oid), ...parts]);
}

const OID = 4_711;
const values = array(oneof(string(), constantFrom(null, false as const)), { maxLength: 8 });

test('the old and the new key of any row are found, in the order of the key', () => {
  const keyed = tuple(values, string(), string(), values);
  assert(
    property(keyed, keyed, ([before, a, b, after], [, c, d]) => {
      const places = [before.length + 1, before.length];
      const message = update(OID, ['K', [...before, b, a, ...after]], ['N', [...before, d, c, ...after]]);
      const found = decodePgoutput(message, (oid) => (oid === OID ? places : undefined));
      const keys = [
        [a, b],
        [c, d],
      ];
      expect(found).toEqual({ kind: 'row', oid: OID, keys });
      expect(decodePgoutput(message, () => undefined)).toEqual({ kind: 'other' });
    }),
  );
});

test('a key that was not sent is told, and so is one that only the old row has', () => {
  const places = [0];
  expect(decodePgoutput(update(OID, ['N', [false, 'v']]), () => places)).toEqual({ kind: 'row', oid: OID });
  expect(decodePgoutput(update(OID, ['O', ['1', 'v']], ['N', [false, 'w']]), () => places)).toEqual({
    kind: 'row',
    oid: OID,
    keys: [['1']],
  });
});

test('a message that is cut, or of an unknown kind, is a defect; none is read as another', () => {
  const whole = update(OID, ['K', ['12']], ['N', ['345']]);
  for (let length = 1; length < whole.length; length += 1) {
    const read = () => decodePgoutput(whole.subarray(0, length), () => [0]);
    // Cut between its two rows it is a whole message.
    if (length === 5 || length === 15) continue;
    expect(read).toThrow("can't be read");
  }
  expect(() => decodePgoutput(Buffer.from('S'), () => [0])).toThrow("can't be read");
});
