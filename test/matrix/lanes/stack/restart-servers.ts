import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { Client } from 'pg';

import type { LocalServer } from '../../../../src/stack/processes/local-server';
import { startElasticsearch } from '../../../../src/stack/servers/start-elasticsearch';
import { startPostgres } from '../../../../src/stack/servers/start-postgres';
import { startTemporal } from '../../../../src/stack/servers/start-temporal';
import { makeTemporaryFolder } from '../../../support/stack-process';

let folder: string;
const started: LocalServer[] = [];

/** So that a failing test leaves no server either. */
function remember<T extends LocalServer>(server: T): T {
  started.push(server);
  return server;
}

beforeAll(async () => {
  folder = await makeTemporaryFolder();
});

afterAll(async () => {
  await Promise.all(started.map((server) => server.stop()));
  await rm(folder, { recursive: true });
});

describe('a server that crashes comes back at the same address with the same data:', () => {
  test('PostgreSQL, with commit timestamps on', async () => {
    const dataDir = join(folder, 'postgres');
    const first = remember(await startPostgres({ dataDir }));
    await query(first.url, 'create table kept as select 42 as answer');
    await first.kill();
    const second = remember(await startPostgres({ dataDir, port: first.port }));
    expect(second.url).toBe(first.url);
    expect(
      await query(second.url, 'select answer, pg_xact_commit_timestamp(xmin) is not null as timed from kept'),
    ).toEqual([{ answer: 42, timed: true }]);
  });

  test('Elasticsearch', async () => {
    const dataDir = join(folder, 'elasticsearch');
    const first = remember(await startElasticsearch({ dataDir }));
    await fetch(`${first.url}/kept/_doc/1`, { method: 'PUT', body: '{"answer":42}', headers: JSON_BODY });
    await first.kill();
    const second = remember(await startElasticsearch({ dataDir, port: first.port }));
    expect(second.url).toBe(first.url);
    expect(await (await fetch(`${second.url}/kept/_source/1`)).json()).toEqual({ answer: 42 });
  });

  test('Temporal', async () => {
    const dataDir = join(folder, 'temporal');
    const first = remember(await startTemporal({ dataDir }));
    await withTemporal(first.url, ({ workflowService }) =>
      workflowService.registerNamespace({
        namespace: 'kept',
        workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
      }),
    );
    await first.kill();
    const second = remember(await startTemporal({ dataDir, port: first.port, uiPort: first.uiPort }));
    expect(second.url).toBe(first.url);
    const found = await withTemporal(second.url, ({ workflowService }) =>
      workflowService.describeNamespace({ namespace: 'kept' }),
    );
    expect(found.namespaceInfo?.name).toBe('kept');
  });
});

test('a port that is taken is an error with the reason', async () => {
  const server = remember(await startElasticsearch());
  await expect(startElasticsearch({ port: server.port })).rejects.toThrow(/bind/i);
  await server.stop();
});

const JSON_BODY = { 'content-type': 'application/json' };

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function withTemporal<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
