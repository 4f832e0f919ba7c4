import { expectClearMessage } from '../../support/clear-message';
import { type FinishedCommand, readJson, runCommand, runInProcess } from '../../support/command-line';
import { connectorEntry, writeConfiguration } from '../../support/configuration-file';
import { elasticsearchUrl } from '../../support/elasticsearch';
import { mapConcurrently } from '../../support/map-concurrently';
import { postgresUrl } from '../../support/postgres';
import { findClosedPort, type SickServer, startRefusingServer, startSilentServer } from '../../support/sick-server';

const SERVERS = ['PostgreSQL', 'Elasticsearch', 'Temporal'] as const;
const ILLNESSES = ['closed', 'refusing', 'silent'] as const;
type Case = readonly [server: (typeof SERVERS)[number], illness: (typeof ILLNESSES)[number], command: string];

const CASES: readonly Case[] = [
  ...SERVERS.flatMap((server) =>
    ILLNESSES.flatMap((illness) => [[server, illness, 'check'] as const, [server, illness, 'sync'] as const]),
  ),
  ['PostgreSQL', 'silent', 'plan'],
  ['Elasticsearch', 'silent', 'plan'],
  ['Temporal', 'silent', 'worker'],
];

/** Milliseconds, many times those of an idle machine, but no minutes: nobody waits for a retry after a retry. */
const PATIENCE_MS = 60_000;
const PASSWORD = 'hunter2-must-not-show';

let sick: SickServer[] = [];
const ports = {} as Record<Case[1], number>;
const ended = new Map<string, FinishedCommand>();

beforeAll(async () => {
  const [closed, refusing, silent] = await Promise.all([findClosedPort(), startRefusingServer(), startSilentServer()]);
  sick = [refusing, silent];
  Object.assign(ports, { closed, refusing: refusing.port, silent: silent.port });
  const isSync = ([, , command]: Case) => command === 'sync' || command === 'worker';
  const executed = mapConcurrently(CASES.filter(isSync), 3, async (each) => {
    ended.set(each.join(), await runCommand(argumentsOf(each)));
  });
  for (const each of CASES.filter((other) => !isSync(other)))
    ended.set(each.join(), await runInProcess(argumentsOf(each)));
  await executed;
});

afterAll(async () => {
  await Promise.all(sick.map(({ close }) => close()));
});

function argumentsOf([server, illness, command]: Case): string[] {
  return [command, '-c', writeSickConfiguration(server, ports[illness]), ...optionsOf(illness, command)];
}

function optionsOf(illness: Case[1], command: string): string[] {
  return command === 'sync' && illness === 'closed' ? ['--json'] : [];
}

/** A configuration in which one server is at the port of a sick one. */
function writeSickConfiguration(server: Case[0], port: number): string {
  const { username } = new URL(postgresUrl());
  const source =
    server === 'PostgreSQL' ? { host: '127.0.0.1', port, username, password: PASSWORD, connect_timeout: 3 } : {};
  return writeConfiguration({
    connectors: [connectorEntry({ url: postgresUrl(), name: 'postgres' }, source)],
    elasticsearch: { host: server === 'Elasticsearch' ? `http://127.0.0.1:${port}` : elasticsearchUrl() },
    ...(server === 'Temporal' ? { temporal: { address: `127.0.0.1:${port}` } } : {}),
  });
}

function endOf(each: Case): FinishedCommand {
  const result = ended.get(each.join());
  if (result === undefined) throw new Error('it did not end');
  return result;
}

describe('a server that can’t be reached', () => {
  test.each(CASES)('%s, %s: ends %s soon, with one message that names the server and the remedy', (...each) => {
    const [server, illness] = each;
    const result = endOf(each);
    expectClearMessage(result, { code: 1, names: [server, `127.0.0.1:${ports[illness]}`], secrets: [PASSWORD] });
    expect(result.durationMs).toBeLessThan(PATIENCE_MS);
  });

  const withDocument = CASES.filter(([, illness, command]) => optionsOf(illness, command).length > 0);
  test.each(withDocument)('%s, %s: %s --json prints one document that says so', (...each) => {
    const result = endOf(each);
    const types = {
      PostgreSQL: 'SourceUnavailable',
      Elasticsearch: 'DestinationUnavailable',
      Temporal: 'TemporalUnavailable',
    };
    expect(readJson(result)).toMatchObject({ status: 'failed', indexed: 0, error: { type: types[each[0]] } });
  });
});
