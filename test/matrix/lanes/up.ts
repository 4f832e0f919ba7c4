import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findFreePort } from '../../../src/ports/find-free-port';
import { findTemporal } from '../../../src/stack/programs/temporal-program';
import { expectClearMessage } from '../../support/clear-message';
import { readJson, runCommand, type RunningCommand, startCommand } from '../../support/command-line';
import { connectorEntry, writeFile } from '../../support/configuration-file';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';
import { createDatabase, type TestDatabase } from '../../support/postgres';

/** Rows that take some seconds to copy. */
const ROWS = 100_000;

const elasticsearch = connectElasticsearch();

let database: TestDatabase;
let index: string;
let file: string;
let program: string;
let ports: readonly number[];

beforeAll(async () => {
  database = await createDatabase();
  await database.sql('create table item (id integer primary key, label text)');
  await database.sql(`insert into item select n, repeat('x', 200) || n from generate_series(1, ${ROWS}) as n`);
  const scheduling = { full: { enabled: true, interval: '0 0 0 * * ?' } };
  const entry = connectorEntry(database, {}, { scheduling });
  index = entry.index_name;
  // Other commands find the server by the variable; `up` leaves the address as it is where nobody writes one.
  const temporal = { address: '${UP_TEMPORAL:-localhost:7233}' };
  file = writeFile(JSON.stringify({ elasticsearch: { host: elasticsearchUrl() }, temporal, connectors: [entry] }));
  program = await findTemporal(() => undefined);
  ports = [await findFreePort(), await findFreePort(), await findFreePort()];
});

afterAll(async () => {
  await deleteIndices(elasticsearch, index);
  await elasticsearch.close();
  await database.drop();
});

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'pgferry-up-')), 'data');
const upArguments = (data: string) => {
  const named = ['--port', '--ui-port', '--page-port'].flatMap((option, index) => [option, String(ports[index])]);
  return ['up', '-c', file, '--data', data, '--temporal-cli', program, ...named];
};

/** Starts `pgferry up`, and waits until it has the schedules of the file. */
async function startUp(data: string): Promise<RunningCommand> {
  const up = startCommand(upArguments(data));
  await eventually('pgferry up works', () => {
    if (up.child.exitCode !== null) throw new Error(`it ended: ${up.stderr()}`);
    return up.stderr().includes('Schedules: ');
  });
  return up;
}

/** Runs a command that speaks to the server of `up`. */
const run = (...args: readonly string[]) => runCommand([...args, '-c', file], { UP_TEMPORAL: `127.0.0.1:${ports[0]}` });

/** Ids of the processes that a folder's `up` notes: its own, and Temporal's. */
function processesOf(data: string): readonly number[] {
  const noted = JSON.parse(readFileSync(join(data, 'up.json'), 'utf8')) as Record<string, { readonly pid: number }>;
  return Object.values(noted).map(({ pid }) => pid);
}

describe('pgferry up', () => {
  test('goes on where it was when it was killed in the middle of a sync, together with its server', async () => {
    const data = newFolder();
    const first = await startUp(data);
    expect((await run('sync', '--detach')).code).toBe(0);
    await eventually('some documents are there', async () => {
      await elasticsearch.indices.refresh({ index, ignore_unavailable: true });
      // A new index does not answer until its shard has started.
      const counted = await elasticsearch.count({ index, ignore_unavailable: true }).catch(() => ({ count: 0 }));
      return counted.count > 0;
    });
    for (const pid of processesOf(data)) process.kill(pid, 'SIGKILL');
    await first.finished;
    const second = await startUp(data);
    const shown = readJson<{ status: string }>(await run('jobs', 'show', '--follow', '--json'));
    expect(shown).toMatchObject({ status: 'completed' });
    expect((await run('verify')).stderr).toContain('no difference');
    expect((await run('schedule', 'list')).stderr).toContain('pgferry-');
    const page = await (await fetch(`http://127.0.0.1:${ports[2]}/`)).text();
    expect(page).toContain(`http://127.0.0.1:${ports[1]}/namespaces/default/workflows/sync-`);
    second.child.kill('SIGTERM');
    expect(await second.finished).toMatchObject({ code: 0 });
  });

  test('starts its server again when that ends by itself', async () => {
    const data = newFolder();
    const up = await startUp(data);
    const [, temporal = 0] = processesOf(data);
    process.kill(temporal, 'SIGKILL');
    await eventually('the server answers again', () => up.stderr().includes('Temporal answers again'), 60_000);
    expect((await run('jobs', 'list')).code).toBe(0);
    up.child.kill('SIGINT');
    expect(await up.finished).toMatchObject({ code: 130 });
  });

  test('works in the background until down, and not twice in one folder', async () => {
    const data = newFolder();
    expect(await runCommand([...upArguments(data), '--detach'])).toMatchObject({ code: 0 });
    expect((await run('jobs', 'list')).code).toBe(0);
    expectClearMessage(await runCommand(upArguments(data)), { code: 2, names: ['in use by another', 'pgferry down'] });
    expect((await runCommand(['down', '--data', data])).stderr).toBe('stopped\n');
    expect((await runCommand(['down', '--data', data])).stderr).toContain('no pgferry up runs');
  });
});

describe('pgferry up says in one line what is wrong with', () => {
  let listener: Server;

  beforeAll(async () => {
    listener = createServer();
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  });

  afterAll(() => listener.close());

  const folderWith = (name: string, text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'pgferry-up-'));
    writeFileSync(join(folder, name), text);
    return folder;
  };

  test.each<[string, () => readonly string[], readonly string[]]>([
    ['a folder of somebody else', () => upArguments(folderWith('thesis.doc', '')), ['thesis.doc', '--data FOLDER']],
    [
      'a folder of a newer version',
      () => upArguments(folderWith('pgferry.json', '{"format":99,"made_by":"9.0.0"}')),
      ['newer version of pgferry, 9.0.0', '--data FOLDER'],
    ],
    ['a damaged folder', () => upArguments(folderWith('pgferry.json', '{')), ['pgferry.json is damaged']],
    ['a folder that cannot be made', () => upArguments('/dev/null/data'), ['/dev/null/data', '--data FOLDER']],
    [
      'a port in use',
      () => [...upArguments(newFolder()), '--port', String((listener.address() as { port: number }).port)],
      ['is in use', 'temporal.address: 127.0.0.1:', '--port PORT'],
    ],
    ['a port that is none', () => [...upArguments(newFolder()), '--port', '0'], ['--port', 'from 1 to 65535']],
  ])('%s', async (_, args, names) => {
    expectClearMessage(await runCommand(args()), { code: 2, names });
  });

  test('a program that is no Temporal CLI', async () => {
    const ended = await runCommand([...upArguments(newFolder()), '--temporal-cli', '/bin/false']);
    expectClearMessage(ended, { code: 1, names: ['/bin/false is none that runs here'] });
  });

  test('an account without a home', async () => {
    const args = ['up', '-c', file, '--temporal-cli', program];
    const ended = await runCommand(args, { HOME: '', XDG_DATA_HOME: '' });
    expectClearMessage(ended, { code: 2, names: ['no home folder', '--data FOLDER'] });
  });
});
