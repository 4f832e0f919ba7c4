import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expectClearMessage } from '../support/clear-message';
import { readJson, runCommand, runInProcess, startCommand } from '../support/command-line';
import { connectorEntry, writeConfiguration, writeFile } from '../support/configuration-file';
import { postgresUrl } from '../support/postgres';

const PASSWORD = 'hunter2-must-not-show';
const good = connectorEntry({ url: postgresUrl(), name: 'postgres' }, { password: PASSWORD });
const goodFile = writeConfiguration({ connectors: [good] });

function withSource(changes: Readonly<Record<string, unknown>>): string {
  return writeConfiguration({ connectors: [{ ...good, configuration: { ...good.configuration, ...changes } }] });
}

interface Mistake {
  readonly mistake: string;
  readonly args: readonly string[];
  readonly names: readonly (string | RegExp)[];
}

const MISTAKES: readonly Mistake[] = [
  ...['check', 'plan', 'sync', 'worker'].map((command) => ({
    mistake: `malformed YAML, to ${command}`,
    args: [command, '-c', writeFile(`connectors:\n  - password: ${PASSWORD}\n  port: [`)],
    names: ['pgferry.yml', /line [34]/],
  })),
  {
    mistake: 'a port that is not a number',
    args: ['check', '-c', withSource({ port: 'fivethousand' })],
    names: ['connectors[0].configuration.port', 'must be a whole number'],
  },
  {
    mistake: 'a key that does not exist',
    args: ['plan', '-c', withSource({ pasword: PASSWORD })],
    names: ['connectors[0].configuration.pasword', 'password'],
  },
  {
    mistake: 'an index name that Elasticsearch refuses',
    args: ['sync', '-c', writeConfiguration({ connectors: [{ ...good, index_name: 'Search-Shop' }] })],
    names: ['connectors[0].index_name', 'lower case'],
  },
  {
    mistake: 'an unknown connector',
    args: ['sync', `${good.connector_id}x`, '-c', goodFile],
    names: [`'${good.connector_id}x'`, `did you mean '${good.connector_id}'`],
  },
  { mistake: 'an unknown connector, to check', args: ['check', 'nobody', '-c', goodFile], names: ["'nobody'"] },
  {
    mistake: 'no connector where there are several',
    args: ['plan', '-c', writeConfiguration({ connectors: [good, { ...good, connector_id: 'second' }] })],
    names: ['which connector', good.connector_id, 'second'],
  },
  { mistake: 'an unknown option', args: ['sync', '--rebuilt', '-c', goodFile], names: ['--rebuilt', '--rebuild'] },
  {
    mistake: 'options that contradict each other',
    args: ['sync', '--incremental', '--rebuild', '-c', goodFile],
    names: ['--incremental', '--rebuild'],
  },
  { mistake: 'an unknown command', args: ['synk', '-c', goodFile], names: ["'synk'", 'sync'] },
  {
    mistake: 'a file that is not there',
    args: ['sync', '-c', '/nowhere/pgferry.yml'],
    names: ['/nowhere/pgferry.yml', 'no such file', 'pgferry init'],
  },
  {
    mistake: 'a namespace that Temporal does not have',
    args: ['sync', '-c', writeConfiguration({ connectors: [good], temporal: { namespace: 'no-such-namespace' } })],
    names: ['no-such-namespace', 'temporal.namespace'],
  },
];

describe('wrong usage', () => {
  test.each(MISTAKES)(
    '$mistake: exits with 2 and one message that names it and the remedy',
    async ({ args, names }) => {
      const plain = await runInProcess(args);
      expectClearMessage(plain, { code: 2, names, secrets: [PASSWORD] });
      expect(plain.stdout).toBe('');
      const json = await runInProcess([...args, '--json']);
      expectClearMessage(json, { code: 2, names, secrets: [PASSWORD] });
      expect(readJson(json)).toMatchObject({ error: { type: 'InvalidConfig' } });
    },
  );

  test('is told apart by the exit code of the process, too', async () => {
    const [wrong, right] = await Promise.all([runCommand(['sync', '--rebuilt']), runCommand(['sync', '--help'])]);
    expectClearMessage(wrong, { code: 2, names: ['--rebuilt', '--rebuild'] });
    expect(right).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--rebuild') as string });
  });
});

describe('pgferry init', () => {
  test('writes a file that check understands, and never over one that is there', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pgferry-e2e-')), 'pgferry.yml');
    expect((await runInProcess(['init', file])).code).toBe(0);
    const text = readFileSync(file, 'utf8');
    // Whatever answers, or not, at the example's addresses: the file itself is beyond reproach.
    const checked = readJson(await runInProcess(['check', '--json', '-c', file]));
    expect(checked).toMatchObject({ checked: [{ connector_id: 'temporal' }, { connector_id: 'shop' }] });
    expectClearMessage(await runInProcess(['init', file]), { code: 2, names: [file, 'is there already'] });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

test('the configuration called - is read from standard input, and called so', async () => {
  const read = (input: string) => startCommand(['sync', 'nobody', '-c', '-'], {}, input).finished;
  expect(await read(readFileSync(goodFile, 'utf8'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(good.connector_id) as string,
  });
  expect(await read('nonsense: 1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('standard input') as string,
  });
});
