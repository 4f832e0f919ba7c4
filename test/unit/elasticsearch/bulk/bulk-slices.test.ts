import fc from 'fast-check';

import { bisectBody, itemBytes, pickItems, sliceBody } from '../../../../src/elasticsearch/bulk/bulk-slices';
import type { BulkBody } from '../../../../src/sync/bulk-body';
import { indexBody } from '../../../support/bulk-body';

const bodies = fc
  .array(fc.record({ id: fc.string(), source: fc.record({ text: fc.string() }) }), { minLength: 1, maxLength: 30 })
  .map(indexBody);

function itemsOf(body: BulkBody): string[] {
  return body.offsets.map((_, index) => itemBytes(body, index).toString());
}

describe('slices of a bulk body', () => {
  test('bisecting keeps every item, in order, and leaves none of the halves empty', () => {
    fc.assert(
      fc.property(
        bodies.filter((body) => body.offsets.length > 1),
        (body) => {
          const [first, second] = bisectBody(body);
          expect(first.offsets.length).toBeGreaterThan(0);
          expect(second.offsets.length).toBeGreaterThan(0);
          expect([...itemsOf(first), ...itemsOf(second)]).toEqual(itemsOf(body));
          expect(Buffer.concat([first.bytes, second.bytes]).equals(body.bytes)).toBe(true);
        },
      ),
    );
  });

  test('bisecting again and again reaches every single item', () => {
    const reach = (body: BulkBody): string[] =>
      body.offsets.length === 1 ? itemsOf(body) : bisectBody(body).flatMap(reach);
    fc.assert(
      fc.property(bodies, (body) => {
        expect(reach(body)).toEqual(itemsOf(body));
      }),
    );
  });

  test('picking gives exactly the picked items', () => {
    fc.assert(
      fc.property(bodies, fc.func(fc.boolean()), (body, isPicked) => {
        const picked = [...body.offsets.keys()].filter((index) => isPicked(index));
        expect(itemsOf(pickItems(body, picked))).toEqual(picked.map((index) => itemBytes(body, index).toString()));
      }),
    );
  });

  test('a slice shares the bytes of its body', () => {
    const body = indexBody([
      { id: 'a', source: {} },
      { id: 'b', source: {} },
      { id: 'c', source: {} },
    ]);
    const slice = sliceBody(body, 1, 3);
    expect(itemsOf(slice)).toEqual(itemsOf(body).slice(1));
    expect(slice.bytes.buffer).toBe(body.bytes.buffer);
  });
});
