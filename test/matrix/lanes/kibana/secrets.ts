import { Client, Connection } from '@temporalio/client';

import { collectTexts } from '../../../support/collect-texts';
import { type FinishedCommand, runCommand, type RunningCommand } from '../../../support/command-line';
import { uniqueTaskQueue } from '../../../support/configuration-file';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { eventually } from '../../../support/eventually';
import { monitoringUrl } from '../../../support/scrape';
import { temporalAddress } from '../../../support/temporal-address';
import { stopCommand } from '../../../support/worker-process';

const queue = uniqueTaskQueue();
const outputs: FinishedCommand[] = [];
let stage: Stage;
let worker: RunningCommand;
let metrics: string;

beforeAll(async () => {
  stage = await setStage('create table goods (id int primary key); insert into goods select generate_series(1, 9)');
  const file = stage.writeFile({ temporal: { task_queue: queue }, monitoring: { address: '127.0.0.1:0' } });
  worker = await stage.startWorker(file, '--log-level', 'debug');
  const { person, id } = stage;
  await stage.untilConnector({ status: 'needs_configuration' });
  await person.configure(id, stage.typed());
  await stage.untilConnector({ status: 'connected' });
  await stage.untilJob(await person.sync(id), 'completed');
  await person.draft(id, [], [{ tables: ['goods'], query: `select '${stage.secret}' frm goods`, id_columns: ['id'] }]);
  await person.schedule(id, { incremental: { enabled: true, interval: '0/3 * * * * ?' } });
  await eventually('a scheduled job has ended', async () =>
    (await person.jobs(id)).some((job) => job['trigger_method'] === 'scheduled' && job['status'] === 'completed'),
  );
  await person.schedule(id, { incremental: { enabled: false, interval: '0/3 * * * * ?' } });
  // The password in the wrong field, where servers quote it.
  await person.configure(id, stage.typed({ database: stage.secret }));
  await stage.untilConnector({ status: 'error' });
  await stage.untilJob(await person.sync(id), 'error');
  for (const command of [['check'], ['plan', id], ['jobs', 'list'], ['jobs', 'show', id], ['connectors', 'show', id]])
    outputs.push(await runCommand([...command, '--json', '-c', file]));
  metrics = await (await fetch(`${await monitoringUrl(worker)}/metrics`)).text();
  await stopCommand(worker);
});

afterAll(() => stage.close());

test('the password of a connector is in no history of Temporal, compressed or not', async () => {
  const connection = await Connection.connect({ address: temporalAddress() });
  const client = new Client({ connection });
  const types = new Set<string>();
  for await (const { workflowId, runId, type } of client.workflow.list({ query: `TaskQueue = '${queue}'` })) {
    types.add(type);
    const handle = client.workflow.getHandle(workflowId, runId);
    const texts = collectTexts([await handle.fetchHistory(), (await handle.describe()).raw]).join('\n');
    expect(texts.includes(stage.secret) ? workflowId : '').toBe('');
  }
  expect([...types].sort()).toEqual(['scheduledSync', 'serveConnectors', 'syncConnector']);
  await connection.close();
});

test('nor in a log, a metric or what commands print', () => {
  expect(worker.stderr()).toContain(stage.id);
  const texts = [worker.stderr(), worker.stdout(), metrics, ...outputs.map(({ stdout, stderr }) => stdout + stderr)];
  expect(texts.filter((text) => text.includes(stage.secret))).toEqual([]);
});

test('nor in the connector’s error, its rules’ errors, a job’s error, or the index', async () => {
  const { configuration, filtering, ...connector } = await stage.person.connector(stage.id);
  expect(configuration).toBeDefined();
  expect(JSON.stringify(connector)).not.toContain(stage.secret);
  const errors = (filtering as { draft: { validation: unknown } }[]).map(({ draft }) => draft.validation);
  expect(JSON.stringify(errors)).not.toContain(stage.secret);
  for (const { connector: snapshot, ...job } of await stage.person.jobs(stage.id)) {
    expect(snapshot).toBeDefined();
    expect(JSON.stringify(job)).not.toContain(stage.secret);
  }
  expect(JSON.stringify(await stage.elasticsearch.indices.get({ index: stage.index }))).not.toContain(stage.secret);
});
