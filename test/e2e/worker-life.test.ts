import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

import { readJson } from '../support/command-line';
import type { ConnectorEntry } from '../support/configuration-file';
import { eventually } from '../support/eventually';
import { createHeldConnector, type HeldConnector, type ShownJob } from '../support/held-connector';
import { runTemporal } from '../support/temporal-cli';

let held: HeldConnector;

beforeEach(async () => {
  held = await createHeldConnector();
});
afterEach(async () => {
  await held.close();
});

/** Edits the configuration file: the tables of its connector. */
function selectTables(tables: string): void {
  const content = JSON.parse(readFileSync(held.file, 'utf8')) as { connectors: readonly ConnectorEntry[] };
  const connectors = content.connectors.map((entry) => ({
    ...entry,
    configuration: { ...entry.configuration, tables },
  }));
  writeFileSync(held.file, JSON.stringify({ ...content, connectors }));
}

async function followJob(): Promise<readonly string[]> {
  const job = readJson<ShownJob>(await held.run('jobs', 'show', '--follow', '--json'));
  expect(job).toMatchObject({ status: 'completed' });
  return job.relations.map(({ relation }) => relation).sort();
}

describe('a worker whose configuration file is edited', () => {
  test('finishes the sync under way as it was planned, and uses the new one from the next sync on', async () => {
    await held.database.sql('create table extra (id int primary key)');
    const { stderr } = await held.startWorker();
    await held.ask('sync', '--detach');
    await held.untilHeld();
    selectTables('item, extra');
    await eventually('the worker says so', () => stderr().includes('Configuration reloaded'));
    held.release();
    expect(await followJob()).toEqual(['public.item']);
    await held.ask('sync', '--detach');
    expect(await followJob()).toEqual(['public.extra', 'public.item']);
  });

  test('keeps the last good one while the file is wrong, says what is, and reloads on SIGHUP', async () => {
    const { stderr, child } = await held.startWorker();
    held.release();
    const good = readFileSync(held.file, 'utf8');
    writeFileSync(held.file, good.replace('"tables"', '"tabels"'));
    await eventually('the worker says what is wrong', () => /not reloaded.*tabels/su.test(stderr()));
    const started = `{"connectorId":"${held.connector.connector_id}","jobType":"full"}`;
    const workflow = ['--type', 'syncConnector', '--workflow-id', `sync-${held.connector.connector_id}`];
    const { temporal } = JSON.parse(good) as { temporal: { task_queue: string } };
    const queue = ['--task-queue', temporal.task_queue];
    expect((await runTemporal('workflow', 'execute', ...workflow, ...queue, '--input', started)).code).toBe(0);
    writeFileSync(held.file, good.replace('"tables":"item"', '"tables":"*"'));
    child.kill('SIGHUP');
    await eventually('it has reloaded', () => stderr().includes('Configuration reloaded'));
    expect(child.exitCode).toBeNull();
  });
});

describe('a worker of a deployment version', () => {
  test('gets the syncs that begin while its version is the current one', async () => {
    held.release();
    const name = `pgferry-${randomUUID()}`;
    await held.startWorker('--deployment', name, '--build-id', '1.0');
    const version = ['--deployment-name', name, '--build-id', '1.0', '--yes'];
    const setCurrent = async () =>
      (await runTemporal('worker', 'deployment', 'set-current-version', ...version)).code === 0;
    await eventually('Temporal knows the version', setCurrent);
    await held.ask('sync', '--detach');
    expect(await followJob()).toEqual(['public.item']);
    const workflow = `sync-${held.connector.connector_id}`;
    const { stdout } = await runTemporal('workflow', 'describe', '--workflow-id', workflow, '-o', 'json');
    expect(stdout).toContain('VERSIONING_BEHAVIOR_PINNED');
    expect(stdout).toContain(name);
  });

  test('needs both a name and a build id', async () => {
    const { code, stderr } = await held.run('worker', '--build-id', '1.0');
    expect(stderr).toMatch(/go together/u);
    expect(code).toBe(2);
  });
});
