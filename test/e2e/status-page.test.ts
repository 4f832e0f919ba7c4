import { request } from 'node:http';

import type { RunningCommand } from '../support/command-line';
import { runCommand } from '../support/command-line';
import { type ConnectorEntry, connectorEntry, writeConfiguration } from '../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../support/elasticsearch';
import { eventually } from '../support/eventually';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { monitoringUrl } from '../support/scrape';
import { articleOf as findArticle } from '../support/status-article';
import { startTracedWorker, stopCommand } from '../support/worker-process';

const TOKEN = 'the-token-of-the-status-page';
const VALUE = 'a-value-that-no-page-may-show';
const REFUSED = 'a-row-that-is-refused';

let database: TestDatabase;
let proxy: FaultyProxy;
let connector: ConnectorEntry;
/** Scheduled, and never synced by a test. */
let waiting: ConnectorEntry;
let broken: ConnectorEntry;
let worker: RunningCommand;
let url: string;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`
    create table item (id integer primary key, note text);
    insert into item select n, '${VALUE}' from generate_series(1, 500) as n;
    create table "bad<b>" (id integer primary key, amount integer, note text);
    insert into "bad<b>" select n, 1000, '${REFUSED}' from generate_series(1, 5) as n`);
  proxy = await startFaultyProxy(elasticsearchUrl());
  connector = connectorEntry(database, { tables: 'item' });
  waiting = connectorEntry(database, { tables: 'item' }, { scheduling: { full: { enabled: true } } });
  broken = connectorEntry(
    database,
    { tables: 'bad<b>' },
    { documents: { mapping: { 'public.bad<b>.amount': { type: 'byte' } } }, max_rejected: 1 },
  );
  const file = writeConfiguration({
    connectors: [connector, waiting, broken],
    elasticsearch: { host: proxy.url },
    monitoring: { address: '127.0.0.1:0', control: true, token: TOKEN, temporal_ui: 'http://temporal.test:8233/' },
  });
  worker = await startTracedWorker(file, 'http://127.0.0.1:9');
  url = await monitoringUrl(worker);
  await runCommand(['schedule', 'apply', '-c', file]);
});

afterAll(async () => {
  await stopCommand(worker);
  await proxy.close();
  const client = connectElasticsearch();
  await deleteIndices(client, connector.index_name);
  await deleteIndices(client, waiting.index_name);
  await deleteIndices(client, broken.index_name);
  await client.close();
  await database.drop();
});

const articleOf = ({ connector_id: id }: ConnectorEntry) => findArticle(url, id);

const stateOf = async (entry: ConnectorEntry) => /data-state="(\w+)"/u.exec(await articleOf(entry))?.[1];

const untilState = (entry: ConnectorEntry, state: string) =>
  eventually(`the page says ${state}`, async () => (await stateOf(entry)) === state, 60_000);

/** Presses a button, as a script does that knows the token. */
const press = (entry: ConnectorEntry, verb: string, headers: Readonly<Record<string, string>> = AS_SCRIPT) =>
  fetch(`${url}/control`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams({ connector: entry.connector_id, verb }),
  });

const AS_SCRIPT = { authorization: `Bearer ${TOKEN}` };

/** Signs in, as the page's form does. */
const signIn = (token: string) =>
  fetch(`${url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ token }),
  });

/** Status of a request under a name of somebody's choice, which fetch does not allow. */
function askAs(host: string, path = '/'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}

describe('the status page of a worker', () => {
  test('shows connectors that were never synced, and when they will be', async () => {
    await untilState(waiting, 'never');
    await eventually('it knows the schedule', async () => (await articleOf(waiting)).includes('full <time'), 60_000);
    expect(await articleOf(broken)).toContain('not scheduled');
  });

  test('starts a sync, pauses it, goes on with it and cancels it, and says how far it is', async () => {
    proxy.fault = ({ url: path }) => (path.includes('/_bulk') ? { status: 429 } : undefined);
    expect((await press(connector, 'sync')).status).toBe(303);
    await untilState(connector, 'running');
    await eventually('it says how far it is', async () => (await articleOf(connector)).includes('<progress'));
    expect((await press(connector, 'pause')).status).toBe(303);
    await untilState(connector, 'paused');
    expect((await press(connector, 'resume')).status).toBe(303);
    await untilState(connector, 'running');
    expect((await press(connector, 'cancel')).status).toBe(303);
    await untilState(connector, 'cancelled');
    proxy.fault = () => undefined;
    expect((await press(connector, 'sync')).status).toBe(303);
    await untilState(connector, 'completed');
    expect(await articleOf(connector)).toContain('http://temporal.test:8233/namespaces/default/workflows/sync-');
    expect(await (await press(connector, 'pause')).text()).toContain('no sync of');
  });

  test('says why a sync failed and which rows have no document, without values, whatever names are like', async () => {
    await press(broken, 'sync');
    await untilState(broken, 'failed');
    await eventually(
      'it gives the reasons',
      async () => (await articleOf(broken)).includes('<b>5</b> rejected'),
      60_000,
    );
    const article = await articleOf(broken);
    expect(article).toContain('href="./failures#TooManyRejections"');
    expect(article).toContain('public.bad&lt;b&gt;');
    expect(article).not.toContain('bad<b>');
    expect(await (await fetch(`${url}/failures`)).text()).toContain('<tr id="TooManyRejections">');
    const page = await (await fetch(url)).text();
    for (const secret of [VALUE, REFUSED, TOKEN, new URL(database.url).password]) expect(page).not.toContain(secret);
  });
});

describe('whoever asks for the status page', () => {
  test('is told nothing under a foreign name; programs are, as ever', async () => {
    for (const host of ['evil.example', 'localhost.evil.example:9464', 'worker']) expect(await askAs(host)).toBe(421);
    for (const host of ['localhost', '127.0.0.1:80', '[::1]:9464']) expect(await askAs(host)).toBe(200);
    expect(await askAs('pgferry.monitoring.svc:9464', '/metrics')).toBe(200);
  });

  test('changes nothing without the token, nor from another page', async () => {
    expect((await press(waiting, 'sync', {})).status).toBe(401);
    expect((await press(waiting, 'sync', { authorization: 'Bearer wrong' })).status).toBe(401);
    const elsewhere = { ...AS_SCRIPT, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await press(waiting, 'sync', elsewhere)).status).toBe(403);
    expect((await press(waiting, 'sync', { ...AS_SCRIPT, origin: 'null' })).status).toBe(403);
    expect((await press(waiting, 'shutdown')).status).toBe(400);
    expect(await stateOf(waiting)).toBe('never');
  });

  test('signs in by a cookie that scripts and other pages do not get, and sees buttons from then on', async () => {
    const wrong = await signIn('not the token at all');
    expect({ status: wrong.status, cookie: wrong.headers.get('set-cookie') }).toEqual({ status: 409, cookie: null });
    const cookie = (await signIn(TOKEN)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/u);
    const [pair = ''] = cookie.split(';');
    const buttons = async (sent: string) =>
      (await (await fetch(url, { headers: { cookie: sent } })).text()).includes('<button name="verb"');
    const laterEnd = pair.replace(/\d\./u, (digit) => `${(Number.parseInt(digit, 10) + 1) % 10}.`);
    expect(await Promise.all([pair, '', laterEnd].map(buttons))).toEqual([true, false, false]);
  });

  test('gets the headers that OWASP asks for, and nothing from elsewhere', async () => {
    const answer = await fetch(url);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await answer.text()).not.toMatch(/(?:src|href)="https?:\/\/(?!temporal\.test)/u);
    for (const file of ['status.css', 'status.js']) expect((await fetch(`${url}/${file}`)).status).toBe(200);
  });
});
