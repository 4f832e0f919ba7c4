import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { eventually } from '../../../support/eventually';

const ROWS = 150_000;
let stage: Stage;

beforeAll(async () => {
  stage = await setStage('create table goods (id int primary key, name text)');
  await stage.startWorker(stage.writeFile());
  await stage.untilConnector({ status: 'needs_configuration' });
  await stage.person.configure(stage.id, stage.typed());
  await stage.untilConnector({ status: 'connected' });
  await stage.untilJob(await stage.person.sync(stage.id), 'completed');
  await stage.database.sql(`insert into goods select n, repeat('x', 300) from generate_series(1, ${ROWS}) n`);
});

afterAll(() => stage.close());

async function untilIndexing(): Promise<void> {
  await eventually('documents arrive', async () => {
    const { indices } = await stage.elasticsearch.indices.stats(
      { index: stage.index, metric: 'indexing' },
      { ignore: [404] },
    );
    return (indices?.[stage.index]?.primaries?.indexing?.index_total ?? 0) > 1_000;
  });
}

test('an index that is deleted in the middle of a copy ends the job, with the way to remove what its writes made anew', async () => {
  const jobId = await stage.person.sync(stage.id);
  await untilIndexing();
  await stage.elasticsearch.indices.delete({ index: stage.index });
  const job = await stage.untilJob(jobId, 'error', 60_000);
  expect(job['error']).toContain('DestinationChanged');
  expect(job['error']).toMatch(new RegExp(`DELETE /${stage.index}|Start the sync again`, 'u'));
  const found = await stage.elasticsearch.indices.getMapping({ index: stage.index }, { ignore: [404] });
  expect(JSON.stringify(found)).not.toContain('watermark');
  await stage.elasticsearch.indices.delete({ index: stage.index, ignore_unavailable: true });
  await stage.untilJob(await stage.person.sync(stage.id, 'incremental'), 'completed', 120_000);
  expect(await stage.count()).toBe(ROWS);
});

test('a job is canceled within 5 s in the middle of a copy', async () => {
  await stage.elasticsearch.indices.delete({ index: stage.index, ignore_unavailable: true });
  const jobId = await stage.person.sync(stage.id);
  await stage.untilJob(jobId, 'in_progress');
  await untilIndexing();
  const asked = Date.now();
  await stage.person.cancel(jobId);
  await stage.untilJob(jobId, 'canceled');
  process.stdout.write(`canceled in the middle of a copy after ${Date.now() - asked} ms\n`);
  expect(Date.now() - asked).toBeLessThan(5_000);
});
