import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client as Elasticsearch } from '@elastic/elasticsearch';

import { createStatusSource } from '../../../../src/connector-status/status-source';
import { listJobs } from '../../../../src/jobs/list-jobs';
import { answerVisitor } from '../../../../src/status-page/answer-visitor';
import { connectElasticsearch } from '../../../support/elasticsearch';
import { eventually } from '../../../support/eventually';
import { mapConcurrently } from '../../../support/map-concurrently';
import { parse } from '../../../support/parse-configuration';
import { type QuickSyncs, startQuickSyncs } from '../../../support/quick-syncs';

const CONNECTORS = 1_000;
/** Syncs of each connector that Temporal remembers. */
const ROUNDS = 2;
const AT_A_TIME = 40;
/** Connectors of the file that were never synced. */
const NEVER = 25;
/** Connectors whose last sync failed: those whose number ends with 77. */
const FAILED = 10;
/**
 * Milliseconds to the first byte. A first look that takes longer than three seconds is left out of the page, which is
 * shown all the same: the rest is what a busy machine takes to ask and to write.
 */
const COLD_MS = 6_000;
const WARM_MS = 2_000;
/** Milliseconds of looks: some ask Temporal anew. */
const WARM_FOR_MS = 6_000;

const idOf = (index: number) => `tenant-${String(index).padStart(4, '0')}`;

let syncs: QuickSyncs;
let elasticsearch: Elasticsearch;
let server: Server;

beforeAll(async () => {
  syncs = await startQuickSyncs();
  elasticsearch = connectElasticsearch();
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await elasticsearch.close();
  await syncs.close();
});

/** A worker's page that nobody has looked at yet. */
async function servePage(): Promise<string> {
  const connectors = Array.from({ length: CONNECTORS + NEVER }, (_, index) => ({
    connector_id: idOf(index),
    index_name: `search-${idOf(index)}`,
    configuration: { host: 'db.example', username: 'reader', database: 'shop' },
  }));
  const { settings } = parse(JSON.stringify({ connectors, temporal: { task_queue: syncs.taskQueue } }));
  const source = createStatusSource({ temporal: syncs.client, elasticsearch, settings: () => settings });
  server = createServer((request, response) => {
    void answerVisitor({ source: () => source, hosts: [] }, request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Milliseconds to the first byte, and the page. */
async function look(address: string): Promise<{ readonly ms: number; readonly page: string }> {
  const started = performance.now();
  const answer = await fetch(address);
  const ms = performance.now() - started;
  return { ms, page: await answer.text() };
}

const say = (words: string) => process.stderr.write(`status-page: ${words}\n`);

test('1,000 connectors of a real Temporal: the first byte, the first time and later', async () => {
  const started = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    const ids = Array.from({ length: CONNECTORS }, (_, index) => idOf(index));
    await mapConcurrently(ids, AT_A_TIME, (id) => syncs.run(id, round === ROUNDS - 1 && id.endsWith('77')));
  }
  const { client, taskQueue } = syncs;
  const count = async () => (await listJobs(client, { taskQueue, limit: 2 * CONNECTORS * ROUNDS })).length;
  await eventually('all are listed', async () => (await count()) === CONNECTORS * ROUNDS, 120_000);
  say(`${CONNECTORS * ROUNDS} syncs took ${Math.round((performance.now() - started) / 1_000)} s`);

  const url = await servePage();
  const cold = await look(url);
  say(`first byte, cold: ${Math.round(cold.ms)} ms, ${Math.round(cold.page.length / 1_024)} kB`);
  expect(cold.ms).toBeLessThan(COLD_MS);

  // A page that came before Temporal's answer says so, instead of that there never was a sync.
  expect(cold.page).not.toContain('>last sync forgotten<');
  await eventually('all are known', async () => {
    const { failed, inStep, unknown } = countStates((await look(url)).page);
    return failed === FAILED && inStep === CONNECTORS - FAILED && unknown === NEVER;
  });
  const page40 = await look(`${url}?page=40`);
  expect(page40.page).toContain('page 40 of 41, 1,025 connectors');
  expect((await look(`${url}?state=never`)).page.match(/>never synced</gu)).toHaveLength(NEVER);

  const times = await lookFor(WARM_FOR_MS, url);
  const [median = 0, worst = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];
  say(`first byte, warm: ${Math.round(median)} ms, at worst ${Math.round(worst)} ms of ${times.length} looks`);
  expect(median).toBeLessThan(WARM_MS);
  expect(worst).toBeLessThan(COLD_MS);
}, 900_000);

/** Numbers of connectors beside the filters. */
function countStates(page: string): Readonly<Record<'failed' | 'inStep' | 'unknown', number>> {
  const read = (words: string) =>
    Number(new RegExp(`>${words} <b>([^<]*)</b>`, 'u').exec(page)?.[1]?.replaceAll(/\D/gu, '') ?? -1);
  return { failed: read('failed'), inStep: read('in step'), unknown: read('no sync known') };
}

/** Looks again and again, so that some looks find answers that are kept, and others ask anew; milliseconds, sorted. */
async function lookFor(ms: number, url: string): Promise<readonly number[]> {
  const times: number[] = [];
  for (const end = performance.now() + ms; performance.now() < end;) times.push((await look(url)).ms);
  return times.sort((a, b) => a - b);
}
