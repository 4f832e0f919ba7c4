import { phraseEntry } from '../../../src/logging/phrase-entry';
import { renderLine } from '../../../src/logging/render-line';

const SECRET = 'hunter2';

describe('a line of the log', () => {
  test('names connector, relation, job and run as labels', () => {
    const meta = {
      sdkComponent: 'activity',
      connector: 'shop',
      relation: 'public.orders',
      workflowId: 'sync-shop',
      workflowRunId: 'run-1',
      activityType: 'copyPartitions',
      attempt: 2,
      taskToken: 'long and of no use',
    };
    expect(phraseEntry({ level: 'DEBUG', message: 'Activity started', meta }).fields).toEqual({
      labels: {
        connector: 'shop',
        relation: 'public.orders',
        job: 'sync-shop',
        run: 'run-1',
        activity: 'copyPartitions',
        attempt: '2',
      },
      'log.logger': 'temporal.activity',
    });
  });

  test('knows the connector of a workflow by its id', () => {
    const { fields } = phraseEntry({ level: 'INFO', message: 'x', meta: { workflowId: 'sync-shop', runId: 'r' } });
    expect(fields.labels).toEqual({ connector: 'shop', job: 'sync-shop', run: 'r' });
  });

  test('tells an error by type and message: what hangs on it may quote rows or secrets', () => {
    const error = Object.assign(new Error('Elasticsearch is away'), { type: 'DestinationUnavailable', row: SECRET });
    const meta = { error, activityType: 'copyPartitions', attempt: 3, options: { password: SECRET } };
    const phrased = phraseEntry({ level: 'WARN', message: 'Activity failed', meta });
    expect(phrased).toMatchObject({
      level: 'WARN',
      message: 'copyPartitions failed, attempt 3',
      fields: { error: { type: 'DestinationUnavailable', message: 'Elasticsearch is away' } },
    });
    expect(JSON.stringify(phrased)).not.toContain(SECRET);
  });

  test('is no warning when the worker hands its work back', () => {
    const error = Object.assign(new Error('The worker shuts down'), { type: 'WorkerShutdown' });
    const { level } = phraseEntry({ level: 'WARN', message: 'Activity failed', meta: { error } });
    expect(level).toBe('INFO');
  });

  test('reads well in a terminal, with cause and remedy, and without control sequences of a name', () => {
    const record = {
      msg: 'sync failed',
      labels: { connector: 'shop', relation: 'a\u001b[2Jb' },
      error: { type: 'SourceUnavailable', message: 'PostgreSQL at db:5432 is away', remedy: 'Start it.' },
    };
    expect(renderLine(record)).toBe(
      'shop a\\x1b[2Jb: sync failed: PostgreSQL at db:5432 is away (SourceUnavailable)\n  → Start it.',
    );
  });
});
