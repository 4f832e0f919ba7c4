import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { cacheDirectory } from '../../../src/stack/processes/cache-directory';
import { readShellBlocks } from '../../support/documented-commands';
import { listExamples, readExample } from '../../support/example-files';
import { makeTemporaryFolder } from '../../support/stack-process';

/** A block of shell of a README, and the JSON that it shows below it. */
interface Block {
  readonly shell: string;
  readonly answer?: string;
}

const ROOT = join(__dirname, '..', '..', '..');
const MARK = '== the end of a block ==';

/** The examples whose README begins with a stack and asks Elasticsearch in the end. */
const examples = listExamples().filter((example) => {
  const [first = ''] = readShellBlocks(readExample(example, 'README.md'));
  return first.includes('pgferry stack up') && readExample(example, 'README.md').includes('curl ');
});

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  environment = await makeAccount(folder);
});

afterAll(async () => {
  await runShell('pgferry stack down');
  await rm(folder, { recursive: true, force: true });
});

// One after another on one stack, as somebody does who looks at all of them.
test.each(examples)('examples/%s shows what its README says, typed as it stands there', async (example) => {
  const blocks = readBlocks(readExample(example, 'README.md'));
  const script = blocks.map(({ shell }) => `${untilReady(shell)}\necho '${MARK}'`).join('\n');
  const printed = (await runShell(script)).split(`${MARK}\n`);
  for (const [index, { answer }] of blocks.entries()) {
    if (answer !== undefined) expect(JSON.parse(printed[index] ?? '')).toEqual(JSON.parse(answer));
  }
  expect(blocks.filter(({ answer }) => answer !== undefined)).not.toEqual([]);
});

function readBlocks(readme: string): Block[] {
  return [...readme.matchAll(/```sh\n(.*?)```(?:\n\n```json\n(.*?)```)?/gs)].map(([, shell = '', answer]) =>
    answer === undefined ? { shell } : { shell, answer },
  );
}

/** A worker in the foreground works until somebody stops it: here that is as soon as it is ready. */
function untilReady(shell: string): string {
  return shell.replace(
    /^pgferry worker$/m,
    'exec 3< <(exec pgferry worker 2>&1); worker=$!\n' +
      'while read -r line <&3; do [[ $line != *"polls task queue"* ]] || break; done\n' +
      '[[ $line == *"polls task queue"* ]]; kill -INT $worker; cat <&3 >&2',
  );
}

/** The command `pgferry` on the path, and a cache of its own, for the stack of a user is noted there. */
async function makeAccount(home: string): Promise<NodeJS.ProcessEnv> {
  const [bin, cache] = [join(home, 'bin'), join(home, 'cache')];
  await Promise.all([mkdir(bin), mkdir(cache)]);
  await writeFile(join(bin, 'pgferry'), `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/bin/pgferry.js" "$@"\n`);
  await chmod(join(bin, 'pgferry'), 0o755);
  for (const name of await readdir(cacheDirectory())) {
    if (!name.startsWith('stack.')) await symlink(join(cacheDirectory(), name), join(cache, name));
  }
  const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  const noServers = { PGFERRY_POSTGRES_URL: '', PGFERRY_ELASTICSEARCH_URL: '', TEMPORAL_ADDRESS: '' };
  return { ...process.env, ...noServers, PATH: path, PGFERRY_CACHE_DIR: cache, TMPDIR: home };
}

/** Runs a script by bash in the folder of the checkout; what it prints. */
async function runShell(script: string): Promise<string> {
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  shell.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  shell.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const [code] = (await once(shell, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the shell ended with ${code ?? 'a signal'}:\n${stdout}\n${stderr}`);
  return stdout;
}
