import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

import { runCommand } from '../support/command-line';
import { connectorEntry, writeConfiguration } from '../support/configuration-file';
import { eventually } from '../support/eventually';
import { postgresUrl } from '../support/postgres';
import { startWorkerProcess, stopCommand } from '../support/worker-process';

const plant = () => `planted-${randomBytes(8).toString('hex')}`;

/** Plants a secret in names that are told at every turn: of the database, which is not there, and of the task queue. */
function plantSecret(secret: string): string {
  return writeConfiguration({
    connectors: [connectorEntry({ url: postgresUrl(), name: secret })],
    temporal: { task_queue: secret },
    codec_server: { token: secret },
  });
}

interface LogLine {
  readonly 'log.logger'?: string;
  readonly message: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly error?: { readonly message: string };
}

const tellsOfFailure = (log: string) => log.includes('validateConnector failed');
const sinceReload = (log: string) => log.slice(log.indexOf('Configuration reloaded'));

describe('a secret that gets into what pgferry writes', () => {
  test('is blotted out of the worker’s log and of what commands print, one of a reloaded configuration as well', async () => {
    const [first, second] = [plant(), plant()];
    const file = plantSecret(first);
    const worker = await startWorkerProcess(file, '--log-level', 'debug');
    const outputs = [await runCommand(['sync', '-c', file])];
    // Lines of Temporal's SDK come a moment later than pgferry's own.
    await eventually('the log tells of the failure', () => tellsOfFailure(worker.stderr()));
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(/"(token|database)":"[^"]*"/gu, `"$1":"${second}"`));
    await eventually('the worker has reloaded', () => worker.stderr().includes('Configuration reloaded'));
    for (const args of [['sync'], ['sync', '--json'], ['check'], ['jobs', 'show', '--json']])
      outputs.push(await runCommand([...args, '-c', file]));
    await eventually('the log tells of the second one', () => tellsOfFailure(sinceReload(worker.stderr())));
    await stopCommand(worker);

    const printed = outputs.map(({ stdout, stderr }) => stdout + stderr);
    for (const output of printed) expect(output).toMatch(/database \\?"\*\*\*\\?" does not exist/u);
    const log = worker.stderr();
    expect([log, ...printed].join('\n')).not.toMatch(new RegExp(`${first}|${second}`, 'u'));
    const lines = log.split('\n').filter(Boolean);
    const parsed = lines.map((line) => JSON.parse(line) as LogLine);
    const reload = parsed.findIndex(({ message }) => message.startsWith('Configuration reloaded'));
    for (const part of [parsed.slice(0, reload), parsed.slice(reload)]) {
      const failed = part.find(({ message }) => message.startsWith('validateConnector failed'));
      expect(failed?.error?.message).toContain('database "***" does not exist');
      expect(failed).toMatchObject({ 'log.logger': 'temporal.worker', labels: { task_queue: '***' } });
    }
  });

  test('is blotted out of a log for people, too', async () => {
    const worker = await startWorkerProcess(plantSecret(plant()), '--log-format', 'text');
    await stopCommand(worker);
    expect(worker.stderr()).toContain('Worker polls task queue *** of Temporal');
  });
});
