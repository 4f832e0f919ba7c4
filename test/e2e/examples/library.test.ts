import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client as Session } from 'pg';

import { type ConfiguredConnector, createConfiguredConnector } from '../../support/configured-connector';
import { findBlocks } from '../../support/page-blocks';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..', '..');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

let configured: ConfiguredConnector;
/** A project of somebody else, in which pgferry is installed. */
let project: string;

beforeAll(async () => {
  configured = await createConfiguredConnector({
    connector: { scheduling: { full: { enabled: true, interval: '0 0 0 1 1 ?' } } },
  });
  await configured.database.sql(`
    create table item (id integer primary key, label text);
    insert into item select n, 'item' from generate_series(1, 321) as n`);
  project = mkdtempSync(join(tmpdir(), 'pgferry-library-'));
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  symlinkSync(ROOT, join(project, 'node_modules', 'pgferry'));
  symlinkSync(join(ROOT, 'node_modules', '@temporalio'), join(project, 'node_modules', '@temporalio'));
  symlinkSync(join(ROOT, 'node_modules', '@types', 'node'), join(project, 'node_modules', '@types', 'node'));
});

afterAll(() => configured.close());

const compile = (...files: readonly string[]) =>
  run(
    process.execPath,
    [TSC, '--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--strict', '--skipLibCheck', ...files],
    { cwd: project },
  );

/** A program that is done with one sync before that is done. */
const CONTROLS = `
  import { openPgferry, SyncFailure } from 'pgferry';
  const pgferry = await openPgferry({ file: process.argv[2] });
  const [id] = pgferry.connectorIds;
  const say = (...words) => console.log(words.join(' '));
  say('schedules', (await pgferry.applySchedules()).length);
  const worker = await pgferry.startWorker('error');
  say('started', (await pgferry.start(id)).isNew, (await pgferry.start(id, { jobType: 'incremental' })).isNew);
  const leaving = new AbortController();
  await pgferry
    .follow(id, { signal: leaving.signal, onProgress: () => leaving.abort() })
    .catch(({ name }) => say('left', name));
  say('running', (await pgferry.jobs({ connectorId: id, status: 'running' })).length);
  for (const verb of ['pause', 'resume', 'cancel']) say(verb, await pgferry.control(id, verb));
  say('ended', (await pgferry.follow(id)).status);
  await pgferry.control(id, 'pause').catch((error) => say(error instanceof SyncFailure, error.type));
  await worker.stop();
  await pgferry.close();`;

describe('the library', () => {
  test('controls what it started, and leaves a sync that it follows when it is told to', async () => {
    const holder = new Session({ connectionString: configured.database.url });
    await holder.connect();
    try {
      // The sync gets no further than this.
      await holder.query('begin; lock table item in access exclusive mode');
      writeFileSync(join(project, 'controls.mjs'), CONTROLS);
      const { stdout } = await run(process.execPath, ['controls.mjs', configured.file()], { cwd: project });
      expect(stdout.trimEnd().split('\n')).toEqual([
        'schedules 1',
        'started true false',
        'left AbortError',
        'running 1',
        'pause paused',
        'resume resumed',
        'cancel cancelled',
        'ended cancelled',
        'true InvalidConfig',
      ]);
    } finally {
      await holder.end();
      await configured.run('schedule', 'delete');
    }
  });

  test('is used by its page in ways that compile', async () => {
    const blocks = findBlocks(readFileSync(join(ROOT, 'docs', 'library.md'), 'utf8'), 'ts');
    const files = blocks.map((_, index) => `block-${index}.mts`);
    for (const [index, block] of blocks.entries()) writeFileSync(join(project, files[index] ?? ''), block);
    expect(files.length).toBeGreaterThan(1);
    await compile('--noEmit', ...files);
  });

  test('runs its example as it is compiled in a project that has the package', async () => {
    copyFileSync(join(ROOT, 'examples', 'library', 'sync-all.mts'), join(project, 'sync-all.mts'));
    await compile('sync-all.mts');
    const { stdout } = await run(process.execPath, ['sync-all.mjs', configured.file()], { cwd: project });
    expect(stdout).toBe(`${configured.connector.connector_id}: 321 indexed, 0 differences\n`);
  });

  test('can be required, too, and gives nothing but its interface', async () => {
    writeFileSync(
      join(project, 'look.cjs'),
      `console.log(Object.keys(require('pgferry')).join(' '));
       for (const path of ['dist/cli/main.js', 'dist/library/pgferry.js', 'src/cli/main'])
         try { require('pgferry/' + path); console.log('reached ' + path); } catch ({ code }) { console.log(code); }`,
    );
    const { stdout } = await run(process.execPath, ['look.cjs'], { cwd: project });
    expect(stdout.split('\n')).toEqual([
      'ConfigurationError SyncFailure PAUSE_SIGNAL PROGRESS_QUERY RESUME_SIGNAL SCHEDULED_WORKFLOW SYNC_WORKFLOW ' +
        'syncWorkflowId countDifferences openPgferry',
      ...Array<string>(3).fill('ERR_PACKAGE_PATH_NOT_EXPORTED'),
      '',
    ]);
  });

  test('has types that tell a wrong call', async () => {
    writeFileSync(
      join(project, 'wrong.mts'),
      `import { openPgferry } from 'pgferry';
       const pgferry = await openPgferry({ file: 'pgferry.yml' });
       await pgferry.start('shop', { jobType: 'half' });`,
    );
    await expect(compile('--noEmit', 'wrong.mts')).rejects.toMatchObject({
      stdout: expect.stringContaining(`'"half"' is not assignable to type 'JobType`) as string,
    });
  });
});
