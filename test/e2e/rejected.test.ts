import { countDifferences } from '../../src/verify/verification';
import { readJson } from '../support/command-line';
import { connectElasticsearch } from '../support/elasticsearch';
import { countDocuments } from '../support/read-documents';
import { story } from '../support/story';
import { createSyncedConnector, type PrintedReport, type SyncedConnector } from '../support/synced-connector';

interface PrintedRejections {
  readonly rejected: number;
  readonly rows: readonly { readonly relation: string; readonly id: string; readonly error_type: string }[];
}

/** A byte of Elasticsearch's takes -128 to 127: other values are refused. */
const SETTINGS = {
  documents: { mapping: { 'public.measure.value': { type: 'byte' } } },
  max_row_bytes: 10_000,
};

let synced: SyncedConnector;
const idOf = (key: number | string, table = 'measure') => `${synced.connector.connector_id}:public.${table}:${key}`;

beforeEach(async () => {
  synced = await createSyncedConnector(SETTINGS);
  await synced.database.sql(`
    create table measure (id integer primary key, value integer, note text);
    insert into measure select i, i % 100, 'note' from generate_series(1, 1000) as i;
    update measure set value = 1000 where id in (10, 20, 30);
    update measure set note = repeat('x', 20000) where id = 40`);
});

afterEach(() => synced.close());

/**
 * Expects the sums that hold after every sync.
 * @returns the ids of the rejected rows
 */
async function expectSums(report: PrintedReport): Promise<string[]> {
  expect(report.status).toBe('completed');
  for (const { read, indexed, unchanged, rejected } of report.relations) {
    expect(read).toBe(indexed + unchanged + rejected);
  }
  const verification = await synced.verify();
  const { rejections } = verification;
  const [counted] = await synced.database.sql('select count(*)::integer as rows from measure');
  expect((await countDocuments(synced.connector.index_name)) + rejections.length).toBe(counted?.['rows']);
  expect(report.rejected).toBe(rejections.length);
  expect(verification.relations[0]?.rejected).toBe(rejections.length);
  expect(countDifferences(verification)).toBe(0);
  return rejections.map(({ documentId = '' }) => documentId).sort();
}

story('rejected rows, one sync after the other', {
  'become dead letters with their reason and without their values, and the others are indexed': async () => {
    const report = await synced.sync();
    expect(report).toMatchObject({ indexed: 996, rejected: 4 });
    await expectSums(report);
    const listed = await synced.run('rejected', 'list', '--json');
    const { rejected, rows } = readJson<PrintedRejections>(listed);
    expect(rejected).toBe(4);
    expect(rows.map(({ id, error_type: type }) => [id, type]).sort()).toEqual([
      [idOf(10), 'document_parsing_exception'],
      [idOf(20), 'document_parsing_exception'],
      [idOf(30), 'document_parsing_exception'],
      [idOf(40), 'row_too_large'],
    ]);
    expect(listed.stdout).not.toMatch(/\b1000\b|xxxx/u);
    const people = await synced.run('rejected', 'list');
    expect(people.stderr).toContain(idOf(40));
    expect(people.code).toBe(0);
  },

  'are tried again although unchanged': async () => {
    for (const mode of ['--full', '--incremental']) {
      const report = await synced.sync(mode);
      expect(report).toMatchObject({ indexed: 0, rejected: 4, unchanged: 996 });
      await expectSums(report);
    }
  },

  'are tried again at once by `rejected retry`, and indexed when nothing stands in their way any more': async () => {
    await synced.reconfigure({ max_row_bytes: 50_000 });
    const retried = await synced.run('rejected', 'retry', '--json');
    const report = readJson<PrintedReport>(retried);
    expect(report).toMatchObject({ indexed: 1, rejected: 3, unchanged: 996 });
    expect(retried.code).toBe(0);
    expect(await expectSums(report)).toEqual([idOf(10), idOf(20), idOf(30)]);
  },

  'lose their dead letter when they are corrected or deleted': async () => {
    await synced.database.sql('update measure set value = 5 where id = 10; delete from measure where id = 20');
    const report = await synced.sync('--incremental');
    expect(report).toMatchObject({ indexed: 1, rejected: 1, deleted: 0 });
    expect(await expectSums(report)).toEqual([idOf(30)]);
  },

  'take their document from before out of the index': async () => {
    await synced.database.sql(`
      update measure set value = 1000 where id = 1;
      update measure set note = repeat('x', 60000) where id = 2`);
    const report = await synced.sync('--incremental');
    expect(report).toMatchObject({ indexed: 0, rejected: 3 });
    expect(await countDocuments(synced.connector.index_name, { terms: { id: [idOf(1), idOf(2)] } })).toBe(0);
    expect(await expectSums(report)).toEqual([idOf(1), idOf(2), idOf(30)]);
  },

  'lose their dead letter in a full sync, too': async () => {
    await synced.database.sql('update measure set value = 1 where id = 1; delete from measure where id = 30');
    const report = await synced.sync('--full');
    expect(report).toMatchObject({ indexed: 1, rejected: 1, deleted: 0 });
    expect(await expectSums(report)).toEqual([idOf(2)]);
  },

  'whose dead letters somebody deleted are rejected again': async () => {
    const client = connectElasticsearch();
    await client.indices.delete({ index: `${synced.connector.index_name}-rejected` });
    await client.close();
    const report = await synced.sync('--incremental');
    expect(await expectSums(report)).toEqual([idOf(2)]);
  },

  'keep their sums through a rebuild': async () => {
    await synced.database.sql('update measure set value = 1000 where id = 3; delete from measure where id = 2');
    const report = await synced.sync('--rebuild');
    expect(report).toMatchObject({ indexed: 996, rejected: 1 });
    expect(await expectSums(report)).toEqual([idOf(3)]);
  },
});

story('too many rejected rows end a sync', {
  'are more than max_rejected, over all tables together': async () => {
    await synced.database.sql('delete from measure where id > 40 or id in (10, 20, 30, 40)');
    for (const table of ['one', 'two', 'three']) {
      await synced.database.sql(`
        create table ${table} (id integer primary key, note text);
        insert into ${table} select i, repeat('x', case when i <= 34 then 60000 else 1 end)
          from generate_series(1, 100) as i`);
    }
    await synced.reconfigure({ max_rejected: 101 });
    const report = await synced.sync();
    expect(report.error).toMatchObject({
      type: 'TooManyRejections',
      message: expect.stringMatching(/102 of the \d+ rows read were rejected, more than max_rejected, 101/u) as string,
      remedy: expect.stringContaining(`pgferry rejected list ${synced.connector.connector_id}`) as string,
    });
  },

  'or more than 15% of all rows, over all tables together': async () => {
    await synced.reconfigure({ max_row_bytes: 50_000 });
    expect((await synced.sync()).error).toMatchObject({
      type: 'TooManyRejections',
      message: expect.stringMatching(
        /102 of the \d+ rows read were rejected, more than 15% and more than 100/u,
      ) as string,
    });
  },

  'and those that were accepted once do not end the syncs that follow and read little else': async () => {
    await synced.database.sql(`insert into measure select i, 1, '' from generate_series(1001, 2000) as i`);
    expect(await synced.sync()).toMatchObject({ status: 'completed', rejected: 102 });
    expect(await synced.sync('--incremental')).toMatchObject({ status: 'completed', rejected: 102, indexed: 0 });
  },
});
