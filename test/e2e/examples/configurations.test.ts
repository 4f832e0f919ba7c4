import { readJson } from '../../support/command-line';
import { listSyncedExamples, readExample } from '../../support/example-files';
import { type PreparedExample, prepareExample } from '../../support/prepare-example';
import type { PrintedReport } from '../../support/synced-connector';

describe.each(listSyncedExamples())('examples/%s', (name) => {
  let example: PreparedExample;

  beforeAll(async () => {
    example = await prepareExample(name);
  });

  afterAll(() => example.close());

  test('syncs, verifies, and finds what its README says', async () => {
    for (const connector of example.connectors) {
      const report = readJson<PrintedReport>(await example.run('sync', example.rename(connector), '--json'));
      expect(report).toMatchObject({ status: 'completed', rejected: 0 });
      expect(report.indexed).toBeGreaterThan(0);
      expect(await example.run('verify', example.rename(connector))).toMatchObject({ code: 0 });
    }
    for (const { address, body, answer } of readSearches(name)) {
      expect(await example.search(address, body)).toEqual(JSON.parse(answer));
    }
  });

  test('would make a schedule of each that it enables', async () => {
    const { stderr } = await example.run('schedule', 'apply', '--dry-run');
    const created = stderr.split('\n').filter((line) => line.startsWith('+'));
    expect(created).toHaveLength(readExample(name, 'pgferry.yml').split('enabled: true').length - 1);
  });
});

interface Search {
  /** Index, path and query. */
  readonly address: string;
  readonly body: string;
  readonly answer: string;
}

/** The searches of a README: a `curl` each, and the JSON that it shows below. */
function readSearches(example: string): Search[] {
  const readme = readExample(example, 'README.md');
  const found = [
    ...readme.matchAll(/curl -s "\$ELASTICSEARCH_URL\/([^"]+)"[^']*'[^']*' -d '([^']*)'\n```\n\n```json\n(.*?)```/gs),
  ].map(([, address = '', body = '', answer = '']) => ({ address, body, answer }));
  expect(found).toHaveLength(readme.split('curl ').length - 1);
  expect(found).not.toEqual([]);
  return found;
}
