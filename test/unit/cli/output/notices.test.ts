import { createPendingNotices } from '../../../../src/cli/output/notices';
import type { PendingWork } from '../../../../src/jobs/read-pending-work';

/** What is said of one look after the other. */
function say(...looks: readonly (readonly PendingWork[])[]): string[] {
  const lines: string[] = [];
  const show = createPendingNotices({ warn: (line) => lines.push(line) });
  for (const pending of looks) show(pending);
  return lines;
}

const RUNNING: PendingWork = { activity: 'copyPartitions', attempt: 1, waits: [] };
const LOCK = {
  kind: 'lock',
  reason: 'for a lock on public.item, held by process 4711 since 2026-01-01 12:03:11Z',
  since: '2026-01-01T12:04:00.123Z',
} as const;
const FAILING: PendingWork = {
  activity: 'finishSync',
  attempt: 3,
  waits: [],
  lastFailure: 'Elasticsearch blocks saving the state: index read-only',
  failureType: 'DestinationUnavailable',
  remedy: 'Remove the block.',
  nextAttemptAt: new Date('2100-01-01T12:00:00Z'),
};

describe('what a followed sync waits for', () => {
  test('is said once, and again when it was over meanwhile', () => {
    const waiting = { ...RUNNING, waits: [LOCK] };
    const line = expect.stringContaining(
      'copyPartitions waits for a lock on public.item, held by process 4711 since 2026-01-01 12:03:11Z (waiting since 2026-01-01 12:04:00Z)',
    ) as string;
    expect(say([waiting], [waiting])).toEqual([line]);
    expect(say([waiting], [RUNNING], [waiting])).toEqual([line, line]);
  });

  test('is said once where two activities wait for it', () => {
    expect(
      say([
        { ...RUNNING, waits: [LOCK] },
        { ...RUNNING, waits: [LOCK] },
      ]),
    ).toHaveLength(1);
  });
});

describe('an attempt that failed', () => {
  test('is said from the second on, with reason, remedy and the next try', () => {
    expect(say([{ ...FAILING, attempt: 2 }])).toEqual([]);
    expect(say([FAILING], [{ ...FAILING, attempt: 4 }])).toEqual([
      expect.stringContaining(
        'finishSync: attempt 2 failed: Elasticsearch blocks saving the state: index read-only (DestinationUnavailable)' +
          ' → Remove the block; next try at 2100-01-01 12:00:00Z',
      ),
    ]);
  });

  test('is said again when it fails of something else', () => {
    expect(say([FAILING], [{ ...FAILING, attempt: 5, lastFailure: 'no node answers' }])).toHaveLength(2);
  });

  test('is none where a worker left it to another one', () => {
    expect(say([{ ...FAILING, failureType: 'OtherConfiguration' }])).toEqual([]);
  });
});
