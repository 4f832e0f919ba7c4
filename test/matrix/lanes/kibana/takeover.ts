import { setStage, type Stage } from '../../../support/connector-protocol/stage';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage('create table goods as select n as id from generate_series(1, 20) n');
  await stage.database.sql('alter table goods add primary key (id)');
});

afterAll(() => stage.close());

test('when the worker that serves is killed, another one serves within 20 s', async () => {
  const file = stage.writeFile();
  const workers = [await stage.startWorker(file), await stage.startWorker(file)];
  await stage.untilConnector({ status: 'needs_configuration' });
  await stage.person.configure(stage.id, stage.typed());
  await stage.untilConnector({ status: 'connected' });
  const first = await stage.person.sync(stage.id);
  await stage.untilJob(first, 'completed');
  const serving = workers.find((worker) => worker.stderr().includes(`Sync job ${first}`));
  serving?.child.kill('SIGKILL');
  await serving?.finished;
  const killed = Date.now();
  const next = await stage.person.sync(stage.id);
  const job = await stage.untilJob(next, 'completed', 60_000);
  const waitedMs = Date.parse(String(job['started_at'])) - killed;
  process.stdout.write(`served again after ${waitedMs} ms\n`);
  expect(waitedMs).toBeLessThan(20_000);
});

test('a job that is being cancelled when the only worker is killed ends as canceled', async () => {
  const file = stage.writeFile();
  await stage.database.sql('alter table goods add column note text; update goods set note = id::text');
  const worker = await stage.startWorker(file);
  const release = await stage.blockWrites();
  const jobId = await stage.person.sync(stage.id);
  await stage.untilJob(jobId, 'in_progress', 60_000);
  worker.child.kill('SIGKILL');
  await worker.finished;
  await stage.person.cancel(jobId);
  await stage.startWorker(file);
  await stage.untilJob(jobId, 'canceled', 60_000);
  await release();
  await stage.untilConnector({ last_sync_status: 'canceled', status: 'connected', error: null });
});
