import { createPast } from '../../support/connector-protocol/acts';
import { judgeJobs } from '../../support/connector-protocol/judge-jobs';

const AT = '2026-08-20T10:00:00.000Z';
const LATER = '2026-08-20T10:00:05.000Z';
const configuration = { database: { value: 'shop' } };
const JOB = {
  id: 'a',
  status: 'completed',
  error: null,
  trigger_method: 'on_demand',
  created_at: AT,
  started_at: AT,
  completed_at: LATER,
  total_document_count: 3,
  connector: { configuration },
};

function judge(...jobs: readonly (typeof JOB & Readonly<Record<string, unknown>>)[]): string {
  const past = { ...createPast(), asked: new Set(['a', 'b']), deleted: new Set(['b']) };
  return judgeJobs(jobs, past).join('; ');
}

describe('the judge of jobs', () => {
  test('is content with a job that was asked for and is complete, and with one that was deleted', () => {
    expect(judge(JOB)).toBe('');
  });

  test('misses a job that nobody has deleted', () => {
    expect(judge()).toBe('job a is lost');
  });

  test.each([
    ['is in_progress when all is quiet', { status: 'in_progress' }],
    ['was canceled by nobody', { status: 'canceled', canceled_at: LATER }],
    ['failed without a cause', { status: 'error', error: 'because' }],
    ['completed with settings that are wrong', { connector: { configuration: { database: { value: 'nowhere' } } } }],
    ['was asked for by nobody', { id: 'c', trigger_method: 'scheduled' }],
  ])('sees that one %s', (problem, wrong) => {
    expect(judge({ ...JOB, ...wrong } as unknown as typeof JOB)).toContain(problem);
  });

  test('knows that an incremental sync after other rules were drafted asks for a full one', () => {
    const due = { ...JOB, status: 'error', error: 'FullSyncDue: its rules changed', job_type: 'incremental' };
    expect(judge(due as unknown as typeof JOB)).toContain('failed without a cause');
    const past = { ...createPast(), asked: new Set(['a']), hadRules: true };
    expect(judgeJobs([due], past)).toEqual([]);
  });

  test('sees two that ran at a time', () => {
    const next = { ...JOB, id: 'b', started_at: '2026-08-20T10:00:03.000Z', completed_at: '2026-08-20T10:00:09.000Z' };
    expect(judge(JOB, next)).toMatch(/^job b .* began before job a .* had ended$/u);
  });
});
