import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { METRICS } from '../../src/monitoring/metric-catalogue';
import { runCommand, type RunningCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { metricsOf, monitoringUrl, scrape, type Series } from '../support/scrape';
import { startTraceReceiver, type TraceReceiver } from '../support/trace-receiver';
import { startTracedWorker, stopCommand } from '../support/worker-process';

const ROWS = 300;
const REJECTED = 2;
const VALUE = 'a-value-that-no-log-may-show';

let database: TestDatabase;
let proxy: FaultyProxy;
let connector: ConnectorEntry;
let file: string;
let worker: RunningCommand;
let url: string;
let series: Series;
let receiver: TraceReceiver;
/** What was logged and traced of that sync. */
let told: readonly LogLine[];
let spans: string;
let traces: number;

/** A sync of a table with rows that Elasticsearch rejects, whose first bulk request it refuses for now. */
beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`
    create table orders (id integer primary key, amount integer, note text);
    insert into orders select i, i % 100, '${VALUE}' from generate_series(1, ${ROWS}) as i;
    update orders set amount = 1000 where id <= ${REJECTED}`);
  proxy = await startFaultyProxy(elasticsearchUrl());
  let bulks = 0;
  proxy.fault = ({ url: path }) => (path.includes('/_bulk?') && (bulks += 1) === 1 ? { status: 429 } : undefined);
  connector = connectorEntry(database, {}, { documents: { mapping: { 'public.orders.amount': { type: 'byte' } } } });
  file = writeConfiguration({
    connectors: [connector],
    elasticsearch: { host: proxy.url },
    monitoring: { address: '127.0.0.1:0' },
  });
  receiver = await startTraceReceiver();
  worker = await startTracedWorker(file, receiver.url);
  url = await monitoringUrl(worker);
  await runCommand(['sync', '-c', file]);
  series = await scrape(url);
  // Temporal knows of the sync's end before the worker has written its line.
  await eventually('the sync is logged as completed', () =>
    logLines().some(({ message }) => message.startsWith('full sync completed')),
  );
  told = logLines().filter(({ labels }) => labels?.['connector'] === connector.connector_id);
  // They come in batches: the workflow's own ends last.
  await eventually('spans arrive', () =>
    ['RunWorkflow:syncConnector', 'RunActivity:finishSync'].every((name) => receiver.text().includes(name)),
  );
  spans = receiver.text();
  traces = receiver.traceIds().size;
});

afterAll(async () => {
  await stopCommand(worker);
  await receiver.close();
  await proxy.close();
  const client = connectElasticsearch();
  await deleteIndices(client, connector.index_name);
  await client.close();
  await database.drop();
});

function read(name: string, labels: Readonly<Record<string, string>> = {}, from = series): number | undefined {
  const all = { connector: connector.connector_id, ...labels };
  return from.get(
    `${name}{${Object.entries(all)
      .map(([key, value]) => `${key}="${value}"`)
      .join(',')}}`,
  );
}

interface LogLine {
  readonly message: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Lines of the worker's log so far. */
function logLines(): LogLine[] {
  return worker
    .stderr()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

describe('the metrics of a worker after a sync', () => {
  test('count documents by outcome, rows and bytes', () => {
    expect(read('pgferry_documents_total', { outcome: 'indexed' })).toBe(ROWS - REJECTED);
    expect(read('pgferry_documents_total', { outcome: 'rejected' })).toBe(REJECTED);
    expect(read('pgferry_rows_read_total')).toBe(ROWS);
    expect(read('pgferry_bulk_bytes_total')).toBeGreaterThan(ROWS * VALUE.length);
  });

  test('tell that Elasticsearch pushed back, what was sent again, and how long requests took', () => {
    expect(read('pgferry_bulk_pushbacks_total')).toBe(1);
    expect(read('pgferry_bulk_retried_documents_total')).toBe(ROWS);
    expect(read('pgferry_bulk_request_seconds_count')).toBeGreaterThanOrEqual(2);
  });

  test('show no partition in progress any more, and a lag of seconds', () => {
    expect(read('pgferry_partitions_in_progress')).toBe(0);
    expect(read('pgferry_sync_lag_seconds')).toBeLessThan(60);
  });

  const dashboard = readFileSync(join(__dirname, '../../docs/grafana/pgferry.json'), 'utf8');
  const { panels } = JSON.parse(dashboard) as { panels: { title: string; targets: { expr: string }[] }[] };
  test.each(panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr])))(
    'have what the dashboard asks for: %s',
    async (_, expression = '') => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const exported = new Set(text.match(/(?<=^# TYPE )\w+/gmu));
      const names = metricsOf(expression);
      expect(names).not.toEqual([]);
      for (const name of names) expect(exported).toContain(name.replace(/_bucket$/u, ''));
    },
  );

  test('are all in the dashboard', () => {
    for (const name of Object.keys(METRICS)) expect(dashboard).toContain(name);
  });
});

describe('the log of a worker', () => {
  test('is a JSON object a line that names connector, job and run, and relations where it tells of one', () => {
    const { connector_id: id } = connector;
    expect(told.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['full sync began', expect.stringMatching(/^full sync completed in .* 298 indexed/u)]),
    );
    for (const { labels } of told)
      expect(labels).toMatchObject({ job: `sync-${id}`, run: expect.any(String) as string });
    expect(told.map(({ labels }) => labels?.['relation'])).toContain('public.orders');
  });

  test('shows no value of a row and no secret', () => {
    const { password } = new URL(database.url);
    expect(worker.stderr()).not.toContain(VALUE);
    expect(worker.stderr()).not.toContain(password);
  });
});

describe('the traces of a worker', () => {
  test('follow a sync from its workflow into its activities, as one trace', () => {
    expect(spans).toContain('RunWorkflow:syncConnector');
    for (const activity of ['planSync', 'copyPartitions', 'finishSync']) {
      expect(spans).toContain(`RunActivity:${activity}`);
    }
    expect(traces).toBe(1);
  });

  test('show no value of a row and no secret', () => {
    expect(receiver.text()).not.toContain(VALUE);
    expect(receiver.text()).not.toContain(new URL(database.url).password);
  });
});

describe('the health of a worker', () => {
  const ask = async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    return { status: answer.status, text: await answer.text() };
  };

  test('is alive and ready while Temporal and Elasticsearch answer', async () => {
    expect(await ask('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    const { status, text } = await ask('/readyz');
    expect({ status, ...(JSON.parse(text) as object) }).toEqual({
      status: 'ready',
      checks: { worker: 'ok', temporal: 'ok', elasticsearch: 'ok' },
    });
  });

  test('is alive and not ready while Elasticsearch is away, counts what fails, and is ready again after it', async () => {
    proxy.fault = () => 'reset';
    await eventually('it is not ready', async () => (await ask('/readyz')).status === 503);
    expect((await ask('/readyz')).text).toMatch(/"elasticsearch":"(?:unavailable|no answer)"/u);
    expect((await ask('/healthz')).status).toBe(200);
    await runCommand(['sync', '-c', file]);
    proxy.fault = () => undefined;
    await eventually('it is ready', async () => (await ask('/readyz')).status === 200);
    // Temporal knows of the sync's end before the worker has written its line.
    await eventually('the sync is logged as failed', () => logLines().some(({ message }) => message === 'sync failed'));
    const after = await scrape(url);
    expect(read('pgferry_failures_total', { type: 'DestinationUnavailable' }, after)).toBeGreaterThan(0);
  });

  test('says nothing at other places, and takes no other method', async () => {
    expect((await ask('/nothing')).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  test('refuses to start where another worker listens, and says what to change', async () => {
    const address = url.replace('http://', '');
    const taken = writeConfiguration({ connectors: [connector], monitoring: { address } });
    const { code, stderr } = await runCommand(['worker', '-c', taken]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`${address}: it is in use`) as string,
    });
  });
});
