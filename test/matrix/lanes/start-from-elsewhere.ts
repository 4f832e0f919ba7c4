import { execFile } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findTemporal } from '../../../src/stack/programs/temporal-program';
import { exampleFile, readExample } from '../../support/example-files';
import { type PreparedExample, prepareExample } from '../../support/prepare-example';
import { installPythonPackages, PYTHON } from '../../support/python-packages';

/** How a script ended; its code is -1 when a signal ended it. */
interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let example: PreparedExample;
let orders: string;

beforeAll(async () => {
  example = await prepareExample('joins');
  orders = example.rename('orders');
});

afterAll(() => example.close());

describe('examples/start-from-python', () => {
  const script = exampleFile('start-from-python', 'start_sync.py');
  let packages: string;

  beforeAll(async () => {
    packages = await installPythonPackages(exampleFile('start-from-python', 'requirements.txt'));
  });

  const start = (connector: string, ...args: readonly string[]) =>
    runScript(PYTHON, [script, connector, '--task-queue', example.taskQueue, ...args], { PYTHONPATH: packages });

  test('starts a sync, shows its steps and prints its report', async () => {
    const { code, stdout, stderr } = await start(orders, '--job-type', 'full');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^\w+: \d+ rows$/m) as string });
    const [, shown = ''] = /```json\n(.*?)```/s.exec(readExample('start-from-python', 'README.md')) ?? [];
    expect(JSON.parse(stdout)).toMatchObject({ ...(JSON.parse(shown) as object), connectorId: orders });
  });

  test('ends with the reason and the remedy of a sync that fails', async () => {
    const { code, stderr } = await start(example.rename('nobody'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/the sync failed: .*there is no connector 'nobody-.*→/s);
  });
});

describe('examples/start-from-temporal-cli', () => {
  const script = exampleFile('start-from-temporal-cli', 'start-sync.sh');
  let path: string;

  beforeAll(async () => {
    // The CLI that the stack brings along, by the name that a user's has.
    path = mkdtempSync(join(tmpdir(), 'temporal-cli-'));
    symlinkSync(await findTemporal(() => undefined), join(path, 'temporal'));
  });

  const start = (...args: readonly string[]) =>
    runScript(script, args, {
      PATH: `${path}:${process.env['PATH'] ?? ''}`,
      PGFERRY_TASK_QUEUE: example.taskQueue,
    });

  test('starts a sync and waits for its end', async () => {
    const { code, stdout } = await start(orders);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/Status\s+COMPLETED/) as string });
    expect(stdout).toContain('"jobType":"full"');
  });

  test('starts an incremental one when it is told to', async () => {
    expect((await start(orders, 'incremental')).stdout).toContain('"jobType":"incremental"');
  });

  test('ends with the reason and the remedy of a sync that fails', async () => {
    const { code, stdout } = await start(example.rename('nobody'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/there is no connector 'nobody-.*→/s);
  });
});

/** Runs a script with the address of the tests' Temporal in its environment, as `pgferry stack up` prints it. */
function runScript(file: string, args: readonly string[], environment: Record<string, string>): Promise<Ending> {
  return new Promise((resolve) => {
    execFile(file, [...args], { env: { ...process.env, ...environment } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}
