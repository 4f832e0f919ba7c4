import { doesAsAsked } from '../../../src/jobs/does-as-asked';
import type { SyncInput, SyncOptions } from '../../../src/sync/job';

const full = (options?: SyncOptions): SyncInput => ({
  connectorId: 'shop',
  jobType: 'full',
  ...(options && { options }),
});
const incremental = (options?: SyncOptions): SyncInput => ({ ...full(options), jobType: 'incremental' });

describe('a sync that runs', () => {
  test.each<[string, SyncInput, SyncInput]>([
    ['of the same kind', incremental(), incremental({})],
    ['that compares everything, where changes were asked for', full({ rebuild: true }), incremental()],
    ['with more consents', full({ allowMassDelete: true, adopt: true }), full({ adopt: true, rebuild: false })],
    [
      'that rebuilds as was asked',
      full({ rebuild: true, rebuildAs: 'index' }),
      full({ rebuild: true, rebuildAs: 'index' }),
    ],
    ['that forgets more', full({ forget: ['public.a', 'public.b'] }), full({ forget: ['public.b'] })],
  ])('%s does what was asked for', (_, running, asked) => {
    expect(doesAsAsked(running, asked)).toBe(true);
  });

  test.each<[string, SyncInput, SyncInput]>([
    ['of changes only, where everything was to be compared', incremental(), full()],
    ['that does not rebuild', full(), full({ rebuild: true })],
    [
      'that rebuilds otherwise',
      full({ rebuild: true, rebuildAs: 'alias' }),
      full({ rebuild: true, rebuildAs: 'index' }),
    ],
    ['that asks for consent', full({ adopt: true }), full({ adopt: true, allowMassDelete: true })],
    ['that tries no dropped rows again', incremental(), incremental({ retryDropped: true })],
    ['that forgets something else', full({ forget: ['public.a'] }), full({ forget: ['public.a', 'public.b'] })],
  ])('%s does not', (_, running, asked) => {
    expect(doesAsAsked(running, asked)).toBe(false);
  });
});
