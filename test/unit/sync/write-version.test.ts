import { chooseVersion, isSuperseded, newestVersion, PASS, passVersion } from '../../../src/sync/write-version';

const CLOCK = 1_795_000_000_000_000;

describe('the version of a writer', () => {
  test('is PostgreSQL’s time', () => {
    expect(chooseVersion(CLOCK, [undefined, CLOCK - 500])).toBe(CLOCK);
  });

  test('is above what the index has, where the clock is behind that', () => {
    expect(chooseVersion(CLOCK, [CLOCK + 3_600_000_000, undefined])).toBe(CLOCK + 3_600_000_001);
  });
});

describe('the passes of a sync', () => {
  const job = { version: CLOCK };
  const versions = [0, 1, 2, 3, 4, 5].flatMap((round) =>
    (Object.keys(PASS) as (keyof typeof PASS)[]).map((pass) => passVersion(job, pass, round)),
  );

  test('have versions in their order, all of them the sync’s own', () => {
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(versions.every((version) => version >= CLOCK && isSuperseded(BigInt(version), newestVersion(job)))).toBe(
      true,
    );
  });

  test('are not superseded by the next sync', () => {
    expect(isSuperseded(BigInt(chooseVersion(CLOCK, [newestVersion(job)])), newestVersion(job))).toBe(false);
  });
});
