import { createLastSyncs } from '../../../src/monitoring/last-syncs';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

describe('the lag since the last completed sync', () => {
  test('is absent before the first sync', async () => {
    expect((await createLastSyncs(['shop']).lags()).size).toBe(0);
  });

  test('counts from the sync that Temporal knows of, whichever worker did it', async () => {
    const syncs = createLastSyncs(['shop', 'crm']);
    syncs.readFrom((id) => Promise.resolve(id === 'shop' ? ago(3_600) : undefined));
    const lags = await syncs.lags();
    expect([...lags.keys()]).toEqual(['shop']);
    expect(lags.get('shop')).toBeCloseTo(3_600, -1);
  });

  test('begins anew with a sync that this worker finished', async () => {
    const syncs = createLastSyncs(['shop']);
    syncs.readFrom(() => Promise.resolve(ago(3_600)));
    await syncs.lags();
    syncs.note('shop');
    expect((await syncs.lags()).get('shop')).toBeLessThan(60);
  });

  test('goes on growing while Temporal is away', async () => {
    const syncs = createLastSyncs(['shop']);
    syncs.note('shop');
    syncs.readFrom(() => Promise.reject(new Error('unavailable')));
    expect((await syncs.lags()).get('shop')).toBeLessThan(60);
  });
});
