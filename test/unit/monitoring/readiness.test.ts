import { createReadinessProbe } from '../../../src/monitoring/readiness';

const fine = () => Promise.resolve();
const broken = () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432 password=hunter2'));

describe('/readyz', () => {
  test('is not ready before the worker polls', async () => {
    expect(await createReadinessProbe().read()).toEqual({ ready: false, status: 'starting', checks: {} });
  });

  test('is ready when all that the worker needs answers', async () => {
    const probe = createReadinessProbe();
    probe.begin({ temporal: fine, elasticsearch: fine });
    const checks = { temporal: 'ok', elasticsearch: 'ok' };
    expect(await probe.read()).toEqual({ ready: true, status: 'ready', checks });
  });

  test('names what does not answer, and no more than its name', async () => {
    const probe = createReadinessProbe();
    probe.begin({ temporal: fine, elasticsearch: broken });
    const checks = { temporal: 'ok', elasticsearch: 'unavailable' };
    expect(await probe.read()).toEqual({ ready: false, status: 'not ready', checks });
  });

  test('is not ready while the worker shuts down, whatever answers', async () => {
    const probe = createReadinessProbe();
    probe.begin({ temporal: fine });
    probe.end();
    expect(await probe.read()).toMatchObject({ ready: false, status: 'stopping' });
  });

  test('asks servers once for many questions at a time', async () => {
    const probe = createReadinessProbe();
    const temporal = jest.fn(fine);
    probe.begin({ temporal });
    await Promise.all([probe.read(), probe.read(), probe.read()]);
    expect(temporal).toHaveBeenCalledTimes(1);
  });
});
