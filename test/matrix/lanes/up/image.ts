import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

import { eventually } from '../../../support/eventually';
import { readExample } from '../../../support/example-files';
import { makeImageFolder } from '../../../support/image-folder';
import { createOwnUp, newDataFolder, type OwnUp } from '../../../support/own-up';

interface ComposeFile {
  readonly services: { readonly pgferry: { readonly command: readonly string[] } };
}

const { services } = parse(readExample('one-machine', 'compose.yml')) as ComposeFile;

let own: OwnUp;
let image: string;

beforeAll(async () => {
  own = await createOwnUp(1);
  image = makeImageFolder();
});

afterAll(async () => {
  rmSync(image, { recursive: true });
  await own.close();
});

test('up works from what the Dockerfile copies, with the command of the Compose file', async () => {
  const data = newDataFolder();
  const [, ...common] = own.args(data);
  const given = new Map([
    ['/etc/pgferry/pgferry.yml', own.file],
    ['/var/lib/pgferry/data', data],
  ]);
  const command = services.pgferry.command.map((word) => given.get(word) ?? word);
  const added = common.slice(common.indexOf('--temporal-cli'));
  const program = join(image, 'bin', 'pgferry.js');
  const child = spawn(process.execPath, [program, ...command, ...added], {
    cwd: tmpdir(),
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  await eventually('pgferry up works', () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${stderr}`);
    return stderr.includes('Schedules: ');
  });
  // What Docker sends to a published port comes from another interface than the container's loopback.
  expect(stderr).toContain(`Status page: http://0.0.0.0:${own.ports.page}/`);
  const page = await fetch(`http://localhost:${own.ports.page}/`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain(own.connector);
  const { request } = await import('node:http');
  const foreign = request({ port: own.ports.page, host: '127.0.0.1', headers: { host: 'evil.example' } }).end();
  const [answer] = (await once(foreign, 'response')) as [{ readonly statusCode: number; resume: () => void }];
  answer.resume();
  expect(answer.statusCode).toBe(421);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});
