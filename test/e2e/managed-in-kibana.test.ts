import { type ConnectorApi, startConnectorApi } from '../support/connector-protocol/connector-api';
import { setStage, type Stage } from '../support/connector-protocol/stage';
import { elasticsearchUrl } from '../support/elasticsearch';
import { story } from '../support/story';

const ROWS = 50;
let api: ConnectorApi;
let stage: Stage;

beforeAll(async () => {
  api = await startConnectorApi(elasticsearchUrl());
  stage = await setStage(
    `create table goods (id int primary key, name text);
     insert into goods select n, 'item ' || n from generate_series(1, ${ROWS}) n`,
    { api: api.url },
  );
  await stage.startWorker(stage.writeFile());
});

afterAll(async () => {
  await stage.close();
  await api.close();
});

story('A connector that a person makes by the Connector API is served', {
  'a sync before its form is filled in fails, and does not make it look filled in': async () => {
    await stage.untilConnector({ status: 'needs_configuration' });
    await stage.untilJob(await stage.person.sync(stage.id), 'error');
    await stage.untilConnector({ last_sync_status: 'error', status: 'needs_configuration' });
  },
  'its form appears, and what is typed into it is tried': async () => {
    await stage.untilConnector({ status: 'needs_configuration' });
    await stage.person.configure(stage.id, stage.typed());
    await stage.untilConnector({ status: 'connected', error: null });
  },
  '"Sync" runs, and ends with its counts': async () => {
    const job = await stage.untilJob(await stage.person.sync(stage.id), 'completed');
    expect(job).toMatchObject({ indexed_document_count: ROWS, total_document_count: ROWS, error: null });
    await stage.untilConnector({ last_sync_status: 'completed', last_indexed_document_count: ROWS });
    expect(await stage.count()).toBe(ROWS);
  },
  'a job that is canceled while it runs ends so, and the next one runs': async () => {
    await stage.database.sql(`update goods set name = name || '!'`);
    const release = await stage.blockWrites();
    const jobId = await stage.person.sync(stage.id);
    await stage.untilJob(jobId, 'in_progress');
    await stage.person.cancel(jobId);
    expect(await stage.untilJob(jobId, 'canceled')).toMatchObject({ canceled_at: expect.any(String) as string });
    await release();
    await stage.untilConnector({ last_sync_status: 'canceled', status: 'connected' });
    await stage.untilJob(await stage.person.sync(stage.id, 'incremental'), 'completed');
  },
});
