import fc from 'fast-check';

import { deleteBody, indexAction, isDeletion, joinItems, readAction } from '../../../src/sync/bulk-item';
import { fuzzing } from '../../support/fuzz';

const id = fc.string({ unit: 'binary', minLength: 1 });
const version = fc.maxSafeNat();

describe('an item of a bulk body', () => {
  test('tells its id and version, whatever the id, wherever in the body it begins', () => {
    fc.assert(
      fc.property(fc.array(id, { minLength: 1 }), version, (ids, written) => {
        const [before, after] = indexAction(written);
        const items = ids.map((each) => `${before}${JSON.stringify(each)}${after}{"n":1}\n`);
        for (const body of [joinItems(items), deleteBody(ids, written)]) {
          const actions = body.offsets.map((start) => readAction(body.bytes, start));
          expect(actions.map((action) => action.id)).toEqual(ids);
          expect(actions.map((action) => action.version)).toEqual(ids.map(() => written));
        }
      }),
      fuzzing('items of bulk bodies', 300),
    );
  });

  test('is told to be a deletion by its first bytes', () => {
    expect(isDeletion(deleteBody(['a'], 1).bytes)).toBe(true);
    expect(isDeletion(joinItems([`${indexAction(1).join('"delete"')}{}\n`]).bytes)).toBe(false);
  });
});
