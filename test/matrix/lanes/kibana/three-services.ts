import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startTemporal, type TemporalServer } from '../../../../src/stack/servers/start-temporal';
import { runCommand } from '../../../support/command-line';
import {
  ELASTIC_INGEST,
  type ElasticService,
  startElasticService,
} from '../../../support/connector-protocol/elastic-service';
import type { Document } from '../../../support/connector-protocol/new-documents';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { eventually } from '../../../support/eventually';

const JOBS = 60;
const ROWS = 200;

let other: TemporalServer;
let stage: Stage;
let elastics: ElasticService | undefined;
const data = mkdtempSync(join(tmpdir(), 'pgferry-other-'));
const testWithElastics = ELASTIC_INGEST === undefined ? test.skip : test;

beforeAll(async () => {
  [stage, other] = await Promise.all([
    setStage(`create table goods (id int primary key, name text);
      insert into goods select n, 'item ' || n from generate_series(1, ${ROWS}) n`),
    startTemporal({ dataDir: data }),
  ]);
});

afterAll(async () => {
  await elastics?.stop();
  await stage.close();
  await other.stop();
  rmSync(data, { recursive: true, force: true });
});

/** Jobs that the log of Elastic's service says it has run. */
function runByElastics(): ReadonlySet<string> {
  const lines = (elastics?.log() ?? '').matchAll(/Sync job id: (\S+?)\] Executing full sync/gu);
  return new Set([...lines].map(([, id = '']) => id));
}

testWithElastics(
  'Of two pgferries and one Elastic service on a connector, one runs each job; the rows are right',
  async () => {
    const adopting = { entry: { adopt: true } };
    const files = [stage.writeFile(adopting), stage.writeFile({ ...adopting, temporal: { address: other.url } })];
    for (const file of files) await stage.startWorker(file);
    await stage.untilConnector({ status: 'needs_configuration' });
    elastics = await startElasticService(ELASTIC_INGEST ?? '', [stage.id]);
    await stage.person.configure(stage.id, stage.typed());
    await stage.untilConnector({ status: 'connected' });
    for (let made = 0; made < JOBS; made += 1) await stage.person.sync(stage.id, 'full');
    let jobs: readonly (Document & { readonly id: string })[] = [];
    await eventually(
      'all jobs have ended',
      async () => {
        jobs = await stage.person.jobs(stage.id);
        return jobs.every(({ completed_at: end }) => typeof end === 'string');
      },
      580_000,
    );
    expect(jobs).toHaveLength(JOBS);
    expect(jobs.filter(({ status }) => status !== 'completed').map(({ error }) => error)).toEqual([]);
    const theirs = runByElastics();
    const ours = jobs.filter(({ metadata }) => (metadata as { pgferry?: Document } | undefined)?.pgferry !== undefined);
    expect(ours.filter(({ id }) => theirs.has(id))).toEqual([]);
    expect(ours.length + theirs.size).toBe(JOBS);
    const runs = ours.map(({ metadata }) => (metadata as { pgferry: Document }).pgferry);
    expect(new Set(runs.map((run) => run['first_run_id'])).size).toBe(ours.length);
    // Each of the three had its share.
    expect(theirs.size).toBeGreaterThan(0);
    expect(new Set(runs.map((run) => run['namespace_id'])).size).toBe(2);
    await elastics.stop();
    elastics = undefined;
    await stage.untilJob(await stage.person.sync(stage.id), 'completed');
    expect((await runCommand(['verify', stage.id, '-c', files[0] ?? ''])).code).toBe(0);
    expect(await stage.count()).toBe(ROWS);
  },
);
