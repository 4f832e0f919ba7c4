import { ServiceError } from '@temporalio/client';

import { throughOutages } from '../../../src/temporal/through-outages';

/** As Temporal's client wraps what gRPC reports. */
function grpcError(code: number): ServiceError {
  const cause = Object.assign(new Error('14 UNAVAILABLE: No connection established'), {
    code,
    details: '',
    metadata: {},
  });
  return new ServiceError('Failed to get the history', { cause });
}

describe('following a sync while Temporal restarts', () => {
  test('goes on when Temporal is back, and says once that it was away', async () => {
    let asked = 0;
    const onOutage = jest.fn();
    const answer = await throughOutages(() => {
      asked += 1;
      return asked < 3 ? Promise.reject(grpcError(14)) : Promise.resolve('done');
    }, onOutage);
    expect(answer).toBe('done');
    expect(onOutage).toHaveBeenCalledTimes(1);
  });

  test('ends with what is no outage, such as a permission that is missing', async () => {
    const denied = grpcError(7);
    const onOutage = jest.fn();
    await expect(throughOutages(() => Promise.reject(denied), onOutage)).rejects.toBe(denied);
    expect(onOutage).not.toHaveBeenCalled();
  });
});
