import { createOutageNotice } from '../../../src/logging/outage-notice';

const complaint = (times: number) => ({
  level: 'WARN' as const,
  message: `gRPC call poll_workflow_task_queue retried ${times} times`,
  meta: { error: 'Status { code: Unavailable, message: "tcp connect error", metadata: MetadataMap { headers: {} } }' },
});

describe('an outage of Temporal', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('is told once, however many pollers complain, and so is its end', () => {
    const log = { warn: jest.fn(), info: jest.fn() };
    const notice = createOutageNotice(log);
    for (const times of [6, 7, 8, 9]) {
      expect(notice.takes(complaint(times))).toBe(true);
      jest.advanceTimersByTime(15_000);
    }
    const error = { type: 'TemporalUnavailable', message: 'Unavailable: tcp connect error' };
    expect(log.warn.mock.calls).toEqual([[{ error }, expect.stringContaining('Temporal does not answer')]]);
    expect(log.info).not.toHaveBeenCalled();
    jest.advanceTimersByTime(30_000);
    expect(log.info.mock.calls).toEqual([['Temporal answers again']]);
  });

  test('leaves all other lines alone', () => {
    const notice = createOutageNotice({ warn: jest.fn(), info: jest.fn() });
    expect(notice.takes({ level: 'WARN', message: 'Activity failed' })).toBe(false);
  });
});
