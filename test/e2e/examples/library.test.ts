import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type ConfiguredConnector, createConfiguredConnector } from '../../support/configured-connector';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..', '..');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

let configured: ConfiguredConnector;
/** A project of somebody else, in which pgferry is installed. */
let project: string;

beforeAll(async () => {
  configured = await createConfiguredConnector();
  await configured.database.sql(`
    create table item (id integer primary key, label text);
    insert into item select n, 'item' from generate_series(1, 321) as n`);
  project = mkdtempSync(join(tmpdir(), 'pgferry-library-'));
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  symlinkSync(ROOT, join(project, 'node_modules', 'pgferry'));
  symlinkSync(join(ROOT, 'node_modules', '@types', 'node'), join(project, 'node_modules', '@types', 'node'));
});

afterAll(() => configured.close());

const compile = (...files: readonly string[]) =>
  run(
    process.execPath,
    [TSC, '--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--strict', '--skipLibCheck', ...files],
    { cwd: project },
  );

describe('the library', () => {
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
