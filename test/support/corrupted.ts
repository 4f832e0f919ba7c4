import fc from 'fast-check';

/** What a broken server, or a proxy before it, may do to the bytes of an answer. */
export type ByteDamage =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'flip'; readonly at: number; readonly to: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly at: number; readonly count: number };

export const byteDamage: fc.Arbitrary<ByteDamage> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), to: fc.nat(255) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 9 }) }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(), count: fc.integer({ min: 1, max: 9 }) }),
);

export function damageBytes(bytes: Buffer, damage: ByteDamage): Buffer {
  if (bytes.length === 0) return bytes;
  const at = damage.at % bytes.length;
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (damage.kind === 'cut') return before;
  if (damage.kind === 'insert') return Buffer.concat([before, damage.bytes, after]);
  if (damage.kind === 'remove') return Buffer.concat([before, after.subarray(damage.count)]);
  return Buffer.concat([before, Buffer.from([damage.to]), after.subarray(1)]);
}
