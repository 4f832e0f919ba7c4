import { runCommand, type RunningCommand } from '../../../support/command-line';
import { setStage, type Stage } from '../../../support/connector-protocol/stage';
import { eventually } from '../../../support/eventually';
import { type SecuredElasticsearch, startSecuredElasticsearch } from '../../../support/secured-elasticsearch';
import { story } from '../../../support/story';
import { stopCommand } from '../../../support/worker-process';

let node: SecuredElasticsearch;
let stage: Stage;
let file: string;
let worker: RunningCommand;

beforeAll(async () => {
  node = await startSecuredElasticsearch();
  stage = await setStage(
    `create table goods (id int primary key, amount int);
      insert into goods select n, n from generate_series(1, 30) n; insert into goods values (31, 1000)`,
    {
      elasticsearch: node.connect(),
      // The very key that Kibana makes for a connector.
      section: async (index) => {
        const names = [index, `.search-acl-filter-${index}`, '.elastic-connectors*'];
        const { settings } = await node.createKey([{ names, privileges: ['all'] }], ['monitor', 'manage_connector']);
        return { host: settings.host, api_key: settings.apiKey };
      },
    },
  );
  file = stage.writeFile({ entry: { documents: { mapping: { 'public.goods.amount': { type: 'byte' } } } } });
  worker = await stage.startWorker(file);
});

afterAll(async () => {
  await stage.close();
  await node.stop();
});

story('The API key that Kibana makes for a connector is enough', {
  'to serve and to sync it': async () => {
    await stage.untilConnector({ status: 'needs_configuration' });
    await stage.person.configure(stage.id, stage.typed());
    await stage.untilConnector({ status: 'connected', error: null });
    const job = await stage.untilJob(await stage.person.sync(stage.id), 'completed', 60_000);
    expect(job).toMatchObject({ indexed_document_count: 30, error: null });
  },
  'to keep a row that no field holds as a dead letter': async () => {
    const { stdout } = await runCommand(['rejected', 'list', stage.id, '--json', '-c', file]);
    expect(JSON.parse(stdout)).toMatchObject({ rejected: 1 });
    const letters = await stage.elasticsearch.count({ index: '.elastic-connectors-pgferry-rejected' });
    expect(letters.count).toBe(1);
  },
  'to verify it': async () => {
    const { code, stderr } = await runCommand(['verify', stage.id, '-c', file]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  },
  'not to make it anew, which is said': async () => {
    for (const as of ['index', 'alias']) {
      const { code, stderr } = await runCommand(['sync', stage.id, '--rebuild-as', as, '-c', file]);
      expect(code).not.toBe(0);
      expect(stderr).toContain('DestinationPermission');
      expect(stderr).toContain(`${stage.index}-`);
    }
    const { code } = await runCommand(['verify', stage.id, '-c', file]);
    expect(code).toBe(0);
  },
});

test('an index that somebody made in the place of the connectors’ own is not taken for an empty one', async () => {
  await stopCommand(worker);
  const connectors = '.elastic-connectors';
  const { _source: connector } = await stage.elasticsearch.get({ index: connectors, id: stage.id });
  await stage.elasticsearch.indices.delete({ index: `${connectors}-v1` });
  await stage.elasticsearch.index({ index: connectors, id: stage.id, document: connector, refresh: true });
  const next = await stage.startWorker(file);
  await eventually('it is said', () => next.stderr().includes('.elastic-connectors can'));
  expect(next.stderr()).toContain("can't be searched by service_type (keyword)");
  await stage.elasticsearch.indices.delete({ index: connectors });
  // Where there is none, pgferry makes it itself, also without the templates of Elasticsearch's own module.
  await eventually('it is made', () => stage.elasticsearch.indices.existsAlias({ name: connectors }), 60_000);
  await stage.elasticsearch.index({ index: connectors, id: stage.id, document: connector, refresh: true });
  await stage.untilJob(await stage.person.sync(stage.id), 'completed', 60_000);
});
