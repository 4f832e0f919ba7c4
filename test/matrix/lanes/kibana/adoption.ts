import { runCommand } from '../../../support/command-line';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { story } from '../../../support/story';
import { stopCommand } from '../../../support/worker-process';

const ROWS = 300;
let stage: Stage;

beforeAll(async () => {
  stage = await setStage(`create table goods (id int primary key, name text, price numeric, at timestamptz);
    insert into goods select n, 'item ' || n, n / 3.0, now() from generate_series(1, ${ROWS}) n`);
});

afterAll(() => stage.close());

/** Writes what Elastic's connector has made of the table, in the mapping that Elasticsearch guesses from it. */
async function writeElastics(): Promise<void> {
  const { database: name } = stage.typed() as { readonly database: string };
  const operations = Array.from({ length: ROWS }, (_, at) => at + 1).flatMap((n) => {
    const id = `${name}_public_goods_${n}_`;
    const row = { public_goods_id: n, public_goods_name: `item ${n}`, public_goods_price: n / 3 };
    const time = new Date(n * 1_000).toISOString();
    const made = { id, _timestamp: time, database: name, schema: 'public', table: 'goods', public_goods_at: time };
    return [{ index: { _id: id } }, { ...made, ...row }];
  });
  const { errors } = await stage.elasticsearch.bulk({ index: stage.index, operations, refresh: true });
  expect(errors).toBe(false);
}

async function ours(): Promise<number> {
  await stage.elasticsearch.indices.refresh({ index: stage.index });
  const query = { exists: { field: '_relation' } };
  return (await stage.elasticsearch.count({ index: stage.index, query })).count;
}

story("Documents of Elastic's connector are replaced with consent, and only then", {
  'without it a job ends before its first write, with both counts and the command; so does `check`': async () => {
    await stage.elasticsearch.indices.create({ index: stage.index });
    await writeElastics();
    const other = { id: 'x', database: 'another', schema: 'public', table: 'goods' };
    await stage.elasticsearch.index({ index: stage.index, id: 'x', document: other, refresh: true });
    const file = stage.writeFile();
    const worker = await stage.startWorker(file);
    await stage.untilConnector({ status: 'needs_configuration' });
    await stage.person.configure(stage.id, stage.typed());
    const connector = await stage.untilConnector({ status: 'error' });
    const job = await stage.untilJob(await stage.person.sync(stage.id), 'error');
    for (const { error } of [connector, job]) {
      expect(error).toContain(`holds ${ROWS} documents`);
      expect(error).toContain('and 0 of pgferry');
      expect(error).toContain(`pgferry sync ${stage.id} --adopt`);
    }
    expect(await ours()).toBe(0);
    expect(await stage.count()).toBe(ROWS + 1);
    const { code, stdout, stderr } = await runCommand(['sync', stage.id, '--adopt', '-c', file]);
    expect({ code, printed: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, printed: '' });
    expect(await ours()).toBe(ROWS);
    expect(await stage.count()).toBe(ROWS + 1);
    await stage.untilConnector({ status: 'connected', error: null });
    expect((await runCommand(['verify', stage.id, '-c', file])).code).toBe(0);
    await stopCommand(worker);
  },
  'after a way back they are replaced again, by a line in the file': async () => {
    await writeElastics();
    await stage.startWorker(stage.writeFile({ entry: { adopt: true } }));
    await stage.untilJob(await stage.person.sync(stage.id, 'incremental'), 'completed', 60_000);
    expect(await stage.count()).toBe(2 * ROWS + 1);
    await stage.untilJob(await stage.person.sync(stage.id), 'completed', 60_000);
    expect(await stage.count()).toBe(ROWS + 1);
  },
});
