import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findJdk } from '../../../../src/stack/programs/find-jdk';

const before = { ...process.env };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-jdk-'));
});
afterEach(async () => {
  process.env = { ...before };
  await rm(folder, { recursive: true });
});

async function installJdk(name: string, version: string): Promise<string> {
  const home = join(folder, name);
  await mkdir(join(home, 'bin'), { recursive: true });
  for (const program of ['java', 'javac']) {
    await writeFile(join(home, 'bin', program), '');
    await chmod(join(home, 'bin', program), 0o755);
  }
  await writeFile(join(home, 'release'), `IMPLEMENTOR="Test"\nJAVA_VERSION="${version}"\n`);
  return home;
}

test('JAVA_HOME comes first', async () => {
  process.env['JAVA_HOME'] = await installJdk('given', '21.0.2');
  process.env['PATH'] = join(await installJdk('on-path', '25'), 'bin');
  expect((await findJdk()).home).toBe(process.env['JAVA_HOME']);
});

test('a newer JDK beside an older one on the PATH is found', async () => {
  delete process.env['JAVA_HOME'];
  process.env['PATH'] = join(await installJdk('jdk-17', '17.0.15'), 'bin');
  const newer = await installJdk('jdk-25', '25.0.1');
  expect(await findJdk()).toEqual({ home: newer, java: join(newer, 'bin', 'java'), version: '25.0.1' });
});
