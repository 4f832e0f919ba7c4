import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expectClearMessage } from '../../../support/clear-message';
import { runCommand } from '../../../support/command-line';
import { findMountTrouble, runMounted } from '../../../support/mounted';
import { createOwnUp, newDataFolder, type OwnUp, processesOf } from '../../../support/own-up';

/** No account has this id. */
const NOBODY = 54_321;

let own: OwnUp;

beforeAll(async () => {
  own = await createOwnUp(1);
});

afterAll(() => own.close());

const trouble = findMountTrouble();
const testMounted = trouble === undefined ? test : test.skip;
const newFolder = () => mkdtempSync(join(tmpdir(), 'pgferry-up-'));
const without = (args: readonly string[], option: string) =>
  args.filter((word, index) => word !== option && args[index - 1] !== option);

describe(`a line each${trouble === undefined ? '' : `; mounts can't be made here: ${trouble}`}`, () => {
  testMounted.each([[[]], [['--detach']]])('a full disk below the data folder %p', async (more) => {
    const data = newFolder();
    const mount = `mount -t tmpfs -o size=200k none ${data}`;
    const ended = await runMounted(mount, [...own.args(data), ...more]);
    expectClearMessage(ended, { code: 2, names: [data, 'no space is left', '--data FOLDER'] });
  });

  testMounted('a data folder that is read-only', async () => {
    const data = newFolder();
    const ended = await runMounted(`mount -t tmpfs -o ro none ${data}`, own.args(data));
    expectClearMessage(ended, { code: 2, names: [data, 'is read-only', '--data FOLDER'] });
  });

  testMounted.each([
    ['ro', 'is read-only'],
    ['size=4k', 'no space is left'],
  ])('a folder of downloads that is %s', async (options, reason) => {
    const cache = newFolder();
    const args = without(own.args(newDataFolder()), '--temporal-cli');
    const fill = options === 'ro' ? '' : ` && (head -c 100000 /dev/zero > ${cache}/full || true)`;
    const environment = { PGFERRY_CACHE_DIR: cache, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const ended = await runMounted(`mount -t tmpfs -o ${options} none ${cache}${fill}`, args, environment);
    const { stderr } = ended;
    expectClearMessage(ended, { code: 1, names: [cache, reason, 'PGFERRY_CACHE_DIR'] });
    expect(stderr).not.toContain('Defect');
  });

  test('no home for downloads, and nothing below the working directory', async () => {
    const args = without(own.args(newDataFolder()), '--temporal-cli');
    const environment = { HOME: '', XDG_CACHE_HOME: '', PGFERRY_CACHE_DIR: '', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const ended = await runCommand(args, environment);
    expectClearMessage(ended, { code: 1, names: ['no home folder', 'PGFERRY_CACHE_DIR'] });
  });
});

testMounted('an account that nobody knows, without a home, needs its data folder only', async () => {
  const data = newFolder();
  const script = `chmod 755 ${dirname(own.file)} && chown ${NOBODY} ${data} && cp ${own.program} ${data}.program && chmod 755 ${data}.program`;
  const args = own.args(data).map((word) => (word === own.program ? `${data}.program` : word));
  const environment = { HOME: '/nowhere', PGFERRY_CACHE_DIR: '', XDG_CACHE_HOME: '' };
  const detached = await runMounted(script, [...args, '--detach'], environment, NOBODY);
  expect(detached).toMatchObject({ code: 0 });
  expect((await runCommand(['down', '--data', data])).stderr).toBe('stopped\n');
});

test.each(['', '{"up":', '[]', '{"up":{"pid":1}}'])(
  'a note that a power cut left as %p keeps nobody out',
  async (note) => {
    const data = newDataFolder();
    mkdirSync(data);
    writeFileSync(join(data, 'pgferry.json'), '{"format":1}\n');
    writeFileSync(join(data, 'up.json'), note);
    writeFileSync(join(data, 'up.lock'), '1');
    expect((await runCommand(['down', '--data', data])).stderr).toContain('no pgferry up runs');
    const up = await own.start(data);
    expect(processesOf(data)).toHaveLength(2);
    // Damaged while it runs, the lock tells of it.
    writeFileSync(join(data, 'up.json'), note);
    expect((await runCommand(['down', '--data', data])).stderr).toBe('stopped\n');
    expect(await up.finished).toMatchObject({ code: 0 });
  },
);
