import { isPortFree } from '../../../../src/ports/find-free-port';
import { startTemporal, type TemporalServer } from '../../../../src/stack/servers/start-temporal';
import { expectClearMessage } from '../../../support/clear-message';
import { runCommand, startCommand } from '../../../support/command-line';
import { connectorEntry, writeFile } from '../../../support/configuration-file';
import { elasticsearchUrl } from '../../../support/elasticsearch';
import { createOwnUp, newDataFolder, type OwnUp, processesOf, untilItWorks } from '../../../support/own-up';

/** The port that Temporal has where nobody says another one. */
const USUAL_PORT = 7_233;

let own: OwnUp;
let file: string;

beforeAll(async () => {
  if (!(await isPortFree(USUAL_PORT)))
    throw new Error(`something listens at port ${USUAL_PORT}: stop it for this test`);
  own = await createOwnUp(1);
  const entry = connectorEntry(own.database, {}, { scheduling: { full: { enabled: true, interval: '0 0 0 * * ?' } } });
  const temporal = { address: `localhost:${USUAL_PORT}` };
  file = writeFile(JSON.stringify({ elasticsearch: { host: elasticsearchUrl() }, temporal, connectors: [entry] }));
});

afterAll(() => own.close());

const argsOf = (data: string) => own.args(data).map((word) => (word === own.file ? file : word));

describe("a file that names a server at Temporal's usual address", () => {
  test('is told that none is there, and what would bring one along', async () => {
    const ended = await runCommand(argsOf(newDataFolder()));
    expectClearMessage(ended, { code: 1, names: ['localhost:7233', "can't be reached", 'leave that out'] });
    expect(ended.stderr).not.toContain('Temporal answers at');
  });

  describe('while it runs', () => {
    let server: TemporalServer;

    beforeAll(async () => {
      server = await startTemporal({ port: USUAL_PORT });
    });

    afterAll(() => server.stop());

    test('has it used, and no other one started', async () => {
      const data = newDataFolder();
      const up = startCommand(argsOf(data));
      await untilItWorks(up);
      expect(processesOf(data)).toEqual([up.child.pid]);
      expect(up.stderr()).not.toContain('Temporal answers at');
      expect((await runCommand(['schedule', 'list', '-c', file])).stderr).toContain('pgferry-');
      up.child.kill('SIGTERM');
      expect(await up.finished).toMatchObject({ code: 0 });
    });
  });
});
