import { Client } from '@elastic/elasticsearch';

import { createStreamVersions } from '../../../../../src/activities/follow/batches/stream-versions';
import type { SyncJob } from '../../../../../src/sync/sync-plan';

const job: SyncJob = {
  connectorId: 'shop',
  jobType: 'incremental',
  jobId: 'a',
  definition: 'd',
  startedAt: '2026-01-01T00:00:00.000Z',
  watermark: '7',
  version: 1_000,
  index: 'shop',
  concreteIndex: 'shop-a',
  behindAlias: true,
  newIndex: false,
  rebuild: false,
};
const SECOND = 1_000_000;
const START = 1_700_000_000 * SECOND;

function createVersions() {
  const looks: number[] = [];
  const look = () => {
    looks.push(looks.length);
    return Promise.resolve(undefined);
  };
  // Nothing is saved in these tests.
  const client = new Client({ node: 'http://127.0.0.1:9' });
  return { looks, versions: createStreamVersions(client, job, { look, looksEveryMs: 2_000 }) };
}

test('a stream looks before its first batch, and then when PostgreSQL’s clock says so, however this machine’s stands', async () => {
  const { looks, versions } = createVersions();
  await versions.choose(START);
  expect(looks).toHaveLength(1);
  await versions.choose(START + SECOND);
  expect(looks).toHaveLength(1);
  // Hardly a millisecond has passed here, as where the machine was suspended.
  await versions.choose(START + 4 * SECOND);
  expect(looks).toHaveLength(2);
});

test('it looks at each batch whose clock is behind what it has written', async () => {
  const { looks, versions } = createVersions();
  await versions.choose(START);
  expect(await versions.choose(START - 60 * SECOND)).toBeGreaterThan(START);
  expect(await versions.choose(START - 59 * SECOND)).toBeGreaterThan(START + 1);
  expect(looks).toHaveLength(3);
});

test('a look that fails counts as none', async () => {
  let failures = 0;
  const look = () => {
    failures += 1;
    return Promise.reject(new Error('lost'));
  };
  const client = new Client({ node: 'http://127.0.0.1:9' });
  const versions = createStreamVersions(client, job, { look, looksEveryMs: 2_000 });
  await expect(versions.choose(START)).rejects.toThrow('lost');
  await expect(versions.choose(START + 1)).rejects.toThrow('lost');
  expect(failures).toBe(2);
});
