import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';

import { version } from '../../package.json';
import { startFaultyProxy } from '../support/faulty-proxy';
import { packData } from './archive';
import { bringAbout } from './bring-about';
import { dumpState } from './dump-state';
import { ELASTICSEARCH_PORT, type Market, openMarket, runSql } from './market';

/** Short, and the same on every machine: servers may keep where their data was. */
const DATA = join(tmpdir(), 'pgferry-recording');
/** What the recording was made of: kept with it, since the next one may be made of others. */
const INPUTS = ['pgferry.yml', 'source.sql', 'later.sql', 'afterwards.sql', 'catalog-index.json'];
const CONFIGURATION = join(__dirname, 'pgferry.yml');

/**
 * `npm run record-takeover`: records what a user of this version has, as `test/takeover/{version}.tar.br` and, for
 * people and as control of the tests, `test/takeover/{version}/`. What was recorded of a version that is released stays.
 * Temporal keeps who did what, as `process@host`: so that nothing tells of the machine, the script gives the host another
 * name for as long as this runs, which takes Linux and root.
 */
async function main(): Promise<void> {
  const folder = join(__dirname, version);
  if (existsSync(folder)) throw new Error(`${folder} is there: remove it by hand, unless that version is released`);
  rmSync(DATA, { recursive: true, force: true });
  mkdirSync(DATA);
  // PostgreSQL may run under another account.
  chmodSync(DATA, 0o755);
  mkdirSync(folder);
  const market = await openMarket(DATA, true);
  try {
    await recordInto(folder, market);
  } finally {
    await market.stop();
  }
  const archive = join(__dirname, `${version}.tar.br`);
  say('packing');
  await packData(DATA, archive);
  rmSync(DATA, { recursive: true });
  say(`${archive}: ${(statSync(archive).size / 1e6).toFixed(1)} MB`);
}

async function recordInto(folder: string, market: Market): Promise<void> {
  const elasticsearch = new Client({ node: market.elasticsearchUrl });
  const proxy = await startFaultyProxy(market.elasticsearchUrl, ELASTICSEARCH_PORT);
  // Elasticsearch has no room for the late rows: their copies are held after the first chunk.
  proxy.fault = ({ url, body }) => (url.includes('_bulk') && body.includes('"late"') ? { status: 429 } : undefined);
  try {
    await makeSource(market);
    const catalog = JSON.parse(readText('catalog-index.json')) as object;
    await elasticsearch.indices.create({ index: 'catalog', ...catalog });
    const running = await bringAbout(CONFIGURATION, () => market.sql(readText('later.sql')), say);
    say('writing down what there is');
    await dumpState(folder, CONFIGURATION, elasticsearch, running);
    for (const name of INPUTS) copyFileSync(join(__dirname, name), join(folder, name));
    writeFileSync(join(folder, 'recorded.json'), `${JSON.stringify(await describeServers(market), null, 2)}\n`);
    await leaveLittleWal(market);
  } finally {
    await proxy.close();
    await elasticsearch.close();
  }
}

async function makeSource({ postgresUrl, sql }: Market): Promise<void> {
  for (const statement of ['alter system set wal_recycle = off', 'select pg_reload_conf()', 'create database market'])
    await runSql(postgresUrl, statement);
  await sql(readText('source.sql'));
}

/** Makes PostgreSQL throw away its log but for the part that the next start needs. */
async function leaveLittleWal({ postgresUrl }: Market): Promise<void> {
  for (const statement of ['alter system reset all', 'select pg_switch_wal()', 'checkpoint'])
    await runSql(postgresUrl, statement);
}

async function describeServers({ postgresUrl, elasticsearchUrl }: Market): Promise<object> {
  const [row] = await runSql(postgresUrl, `select current_setting('server_version') as number`);
  const answer = (await (await fetch(elasticsearchUrl)).json()) as { version: { number: string } };
  const at = new Date().toISOString();
  return { pgferry: version, at, postgres: row?.['number'], elasticsearch: answer.version.number };
}

function readText(name: string): string {
  return readFileSync(join(__dirname, name), 'utf8');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

void main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
