import { ServiceError } from '@temporalio/client';

import { explainServiceError } from '../../../src/temporal/explain-service-error';

/** As Temporal's client throws it, with gRPC's own error as the cause. */
const errorOf = (code: number, details: string) =>
  new ServiceError('Failed to start Workflow', {
    cause: Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: {} }),
  });

test.each([14, 13, 2])("a server that can't answer now is told with its own words (status %d)", (code) => {
  expect(explainServiceError(errorOf(code, 'shard status unknown'))).toMatchObject({
    type: 'TemporalUnavailable',
    message: 'Temporal: Failed to start Workflow: shard status unknown',
  });
});

test("who may not do something is told what to correct, and that it isn't the server", () => {
  expect(explainServiceError(errorOf(7, 'Request unauthorized.'))).toMatchObject({
    type: 'InvalidConfig',
    remedy: expect.stringContaining('temporal.api_key') as string,
  });
});

test('what nobody foresees stays what it is', () => {
  expect(explainServiceError(errorOf(3, 'bad argument'))).toBeUndefined();
  expect(explainServiceError(new Error('shard status unknown'))).toBeUndefined();
});
