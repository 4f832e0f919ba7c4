import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startTemporal, type TemporalServer } from '../../../../src/stack/servers/start-temporal';
import type { Document } from '../../../support/connector-protocol/new-documents';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { eventually } from '../../../support/eventually';

const JOBS = 100;

let other: TemporalServer;
let stage: Stage;
const data = mkdtempSync(join(tmpdir(), 'pgferry-other-'));

beforeAll(async () => {
  [stage, other] = await Promise.all([
    setStage(
      'create table goods as select n as id from generate_series(1, 20) n; alter table goods add primary key (id)',
    ),
    startTemporal({ dataDir: data }),
  ]);
});

afterAll(async () => {
  await stage.close();
  await other.stop();
  rmSync(data, { recursive: true, force: true });
});

test('Of two services on one cluster, each with a Temporal of its own, one runs each of 100 jobs, one at a time', async () => {
  const workers = [
    await stage.startWorker(stage.writeFile()),
    await stage.startWorker(stage.writeFile({ temporal: { address: other.url } })),
  ];
  await stage.untilConnector({ status: 'needs_configuration' });
  await stage.person.configure(stage.id, stage.typed());
  await stage.untilConnector({ status: 'connected' });
  for (let made = 0; made < JOBS; made += 1) await stage.person.sync(stage.id, made % 2 === 0 ? 'full' : 'incremental');
  let jobs: readonly Document[] = [];
  await eventually(
    'all jobs have ended',
    async () => {
      jobs = await stage.person.jobs(stage.id);
      return jobs.every(({ completed_at: end }) => typeof end === 'string');
    },
    580_000,
  );
  expect(jobs).toHaveLength(JOBS);
  expect(jobs.filter(({ status }) => status !== 'completed')).toEqual([]);
  const runs = jobs.map(({ metadata }) => (metadata as { pgferry: Document }).pgferry);
  expect(new Set(runs.map((run) => run['first_run_id'])).size).toBe(JOBS);
  const times = jobs.map(({ started_at, completed_at }) => [String(started_at), String(completed_at)] as const).sort();
  const overlapping = times.filter(([, end], place) => end > (times[place + 1]?.[0] ?? '9'));
  expect(overlapping).toEqual([]);
  // Both of them served it.
  expect(new Set(runs.map((run) => run['namespace_id'])).size).toBe(2);
  for (const worker of workers) expect(worker.stderr()).toContain('ended: completed');
  await stage.untilConnector({ last_sync_status: 'completed', status: 'connected' });
});
