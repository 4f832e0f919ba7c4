import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

import { findFreePort } from '../../../../src/ports/find-free-port';
import type { LocalServer } from '../../../../src/stack/processes/local-server';
import { startAtFreePorts } from '../../../../src/stack/processes/start-at-free-ports';
import { startElasticsearch } from '../../../../src/stack/servers/start-elasticsearch';
import { startTemporal } from '../../../../src/stack/servers/start-temporal';

/** Somebody who takes the first port just before the server does. */
function takeFirst(start: (port: number) => Promise<LocalServer>) {
  let squatter: Server | undefined;
  return async ([port]: readonly [number]) => {
    if (squatter === undefined) {
      squatter = createServer().listen(port, '127.0.0.1');
      await once(squatter, 'listening');
    }
    try {
      return await start(port);
    } finally {
      squatter.close();
    }
  };
}

test.each([
  ['Elasticsearch', (port: number) => startElasticsearch({ port })],
  ['Temporal', (port: number) => startTemporal({ port })],
  ['Temporal’s UI', async (uiPort: number) => startTemporal({ port: await findFreePort(), uiPort })],
])('%s says in a way that is understood that its port is taken', async (_, start) => {
  const tried: number[] = [];
  const server = await startAtFreePorts(
    [undefined],
    takeFirst((port) => {
      tried.push(port);
      return start(port);
    }),
  );
  await server.stop();
  expect(tried).toHaveLength(2);
});
