import { coverBlocks } from '../../../../src/postgres/rows/cover-blocks';
import { changedSince } from '../../../../src/postgres/server/changed-since';

describe('a range of blocks', () => {
  const leaf = { blocks: 1_100, blockBytes: 8_192 };

  test('is one TID range where PostgreSQL has a scan for it', () => {
    expect(coverBlocks({ from: 10, to: 20 }, { ...leaf, versionNumber: 140_000 })).toEqual([
      "t.ctid >= '(10,0)'::tid and t.ctid < '(20,0)'::tid",
    ]);
    expect(coverBlocks({ from: 10, to: null }, { ...leaf, versionNumber: 180_004 })).toEqual([
      "t.ctid >= '(10,0)'::tid",
    ]);
  });

  test('is lists of places before PostgreSQL 14, and ends where the table does', () => {
    const lists = coverBlocks({ from: 0, to: null }, { ...leaf, versionNumber: 130_000 });
    expect(lists).toHaveLength(3);
    expect(lists[2]).toContain('generate_series(1024::bigint, 1099::bigint)');
    expect(lists[0]).toContain('generate_series(1, 291::integer)');
    expect(coverBlocks({ from: 1_200, to: null }, { ...leaf, versionNumber: 130_000 })).toEqual([]);
  });
});

describe('a watermark', () => {
  test('becomes a 32-bit transaction id, of whatever epoch it is', () => {
    expect(changedSince({ watermark: '750' })).toBe("age(t.xmin) between 0 and age('750'::xid)");
    const watermark = (2n ** 32n * 3n + 750n).toString();
    expect(changedSince({ watermark })).toBe(changedSince({ watermark: '750' }));
  });
});
