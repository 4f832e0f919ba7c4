import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expectClearMessage } from '../../../support/clear-message';
import { runCommand } from '../../../support/command-line';
import { createOwnUp, newDataFolder, type OwnUp } from '../../../support/own-up';

let own: OwnUp;

beforeAll(async () => {
  own = await createOwnUp(1);
});

afterAll(() => own.close());

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
    ['a folder of somebody else', () => own.args(folderWith('thesis.doc', '')), ['thesis.doc', '--data FOLDER']],
    [
      'a folder of a newer version',
      () => own.args(folderWith('pgferry.json', '{"format":99,"made_by":"9.0.0"}')),
      ['newer version of pgferry, 9.0.0', '--data FOLDER'],
    ],
    ['a damaged folder', () => own.args(folderWith('pgferry.json', '{')), ['pgferry.json is damaged']],
    ['a folder that cannot be made', () => own.args('/dev/null/data'), ['/dev/null/data', '--data FOLDER']],
    [
      'a port in use',
      () => [...own.args(newDataFolder()), '--port', String((listener.address() as { port: number }).port)],
      ['is in use', 'temporal.address: 127.0.0.1:', '--port PORT'],
    ],
    ...(['--ui-port', '--page-port'] as const).map((option): [string, () => readonly string[], readonly string[]] => [
      `a port in use, ${option}`,
      () => [...own.args(newDataFolder()), option, String((listener.address() as { port: number }).port)],
      ['is in use', option === '--ui-port' ? "Temporal's UI" : 'the status page', `${option} PORT`],
    ]),
    [
      'a port for two',
      () => [...own.args(newDataFolder()), '--ui-port', String(own.ports.page)],
      ["Temporal's UI", 'the status page', '--page-port PORT'],
    ],
    ['a port that is none', () => [...own.args(newDataFolder()), '--port', '0'], ['--port', 'from 1 to 65535']],
  ])('%s', async (_, args, names) => {
    const ended = await runCommand(args());
    expectClearMessage(ended, { code: 2, names });
    // It is found before anything starts.
    expect(ended.stderr).not.toContain('Temporal answers');
  });

  test('a program that is no Temporal CLI', async () => {
    const ended = await runCommand([...own.args(newDataFolder()), '--temporal-cli', '/bin/false']);
    expectClearMessage(ended, { code: 1, names: ['/bin/false is none that runs here', '--temporal-cli FILE'] });
  });

  test('a database that is damaged', async () => {
    const data = newDataFolder();
    const up = await own.start(data);
    up.child.kill('SIGTERM');
    expect(await up.finished).toMatchObject({ code: 0 });
    writeFileSync(join(data, 'temporal.db'), 'no database at all, but as long as a page of one would be'.repeat(100));
    const ended = await runCommand(own.args(data));
    expectClearMessage(ended, {
      code: 1,
      names: ['file is not a database', join(data, 'server.log'), '--data FOLDER'],
    });
  });

  test('no program and no network', async () => {
    const nowhere = 'http://127.0.0.1:1';
    const withoutProgram = own
      .args(newDataFolder())
      .filter((word) => word !== '--temporal-cli' && word !== own.program);
    const ended = await runCommand(withoutProgram, {
      ...{ PGFERRY_CACHE_DIR: mkdtempSync(join(tmpdir(), 'pgferry-cache-')), PATH: '/usr/bin:/bin' },
      ...{ PGFERRY_TEMPORAL_RELEASES: nowhere, PIP_INDEX_URL: nowhere, PIP_RETRIES: '0', PIP_CONFIG_FILE: '/dev/null' },
    });
    expectClearMessage(ended, { code: 1, names: ['releases/tag/v', '--temporal-cli FILE', 'temporal.address'] });
  });

  test('an account without a home', async () => {
    const args = ['up', '-c', own.file, '--temporal-cli', own.program];
    const ended = await runCommand(args, { HOME: '', XDG_DATA_HOME: '' });
    expectClearMessage(ended, { code: 2, names: ['no home folder', '--data FOLDER'] });
  });
});
