import { readJson } from '../support/command-line';
import { connectElasticsearch, elasticsearchUrl } from '../support/elasticsearch';
import { story } from '../support/story';
import { createSyncedConnector, type SyncedConnector } from '../support/synced-connector';

/** What `pgferry verify --json` prints. */
interface PrintedVerification {
  readonly ok: boolean;
  readonly rows: number;
  readonly documents: number;
  readonly rejected: number;
  readonly missing: number;
  readonly changed: number;
  readonly extra: number;
  readonly outdated: number;
  readonly differences: readonly {
    readonly relation: string;
    readonly id: string;
    readonly kind: string;
    readonly fields?: readonly unknown[];
  }[];
  readonly remedy?: string;
}

let synced: SyncedConnector;
const idOf = (key: number | string, table = 'account') => `${synced.connector.connector_id}:public.${table}:${key}`;
const path = (id: string) => `${synced.connector.index_name}/_doc/${encodeURIComponent(id)}?refresh=true`;

/** Nine hundred quadrillion: more digits than a double can tell apart. */
const BIG = '9007199254740993';

beforeAll(async () => {
  synced = await createSyncedConnector();
  await synced.database.sql(`
    create table account (id integer primary key, balance bigint, rate numeric, note text, secret text, tags jsonb);
    insert into account select i, ${BIG} + 2 * i, 1.10 + i, E'line\\n"' || i, 'hush ' || i, '{"a": 12345678901234567890.10}'
      from generate_series(1, 2000) as i;
    create table audit (id integer primary key);
    insert into audit select generate_series(1, 10)`);
  expect(await synced.sync()).toMatchObject({ status: 'completed', indexed: 2_010 });
});

afterAll(() => synced.close());

async function verify(
  ...args: readonly string[]
): Promise<PrintedVerification & { code: number | null; text: string }> {
  const finished = await synced.run('verify', '--json', ...args);
  return {
    ...readJson<PrintedVerification>(finished),
    code: finished.code,
    text: finished.stdout + finished.stderr,
  };
}

/** Changes the exact text of a document, as somebody else might. */
async function rewriteDocument(id: string, change: (source: string) => string): Promise<void> {
  const raw = await fetch(`${elasticsearchUrl()}/${synced.connector.index_name}/_source/${encodeURIComponent(id)}`);
  const source = await raw.text();
  const changed = change(source);
  if (changed === source) throw new Error('nothing was changed');
  const answer = await fetch(`${elasticsearchUrl()}/${path(id)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: changed,
  });
  if (!answer.ok) throw new Error(await answer.text());
}

story('pgferry verify', {
  'finds nothing after a sync, and ends with 0': async () => {
    const { code, ...found } = await verify();
    expect(found).toMatchObject({ ok: true, rows: 2_010, documents: 2_010, missing: 0, changed: 0, extra: 0 });
    expect(code).toBe(0);
  },

  'finds a document that is missing, one too many, and one digit of a large number': async () => {
    const client = connectElasticsearch();
    const index = synced.connector.index_name;
    await client.delete({ index, id: idOf(7), refresh: true });
    const relation = `${synced.connector.connector_id}/public.account`;
    await client.index({
      index,
      id: idOf('never'),
      document: { _relation: relation, _bucket: 5, table: 'account' },
      refresh: true,
    });
    await client.index({
      index,
      id: idOf(1, 'gone'),
      document: { _relation: `${synced.connector.connector_id}/public.gone`, _bucket: 1 },
      refresh: true,
    });
    await client.index({ index, id: 'of somebody else', document: { table: 'account' }, refresh: true });
    await client.close();
    await rewriteDocument(idOf(9), (source) => source.replace('9007199254741011', '9007199254741012'));
    await rewriteDocument(idOf(10), (source) => source.replace('11.10', '11.1'));
    await rewriteDocument(idOf(11), (source) => source.replace('12345678901234567890.10', '12345678901234567890.11'));

    const found = await verify();
    expect(found.code).toBe(1);
    expect(found).toMatchObject({ ok: false, rows: 2_010, missing: 1, changed: 3, extra: 2, rejected: 0, outdated: 0 });
    expect([...found.differences].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))).toEqual([
      { relation: 'public.account', id: idOf(7), kind: 'missing' },
      { relation: 'public.account', id: idOf(9), kind: 'changed', fields: ['public_account_balance'] },
      { relation: 'public.account', id: idOf(10), kind: 'changed', fields: ['public_account_rate'] },
      { relation: 'public.account', id: idOf(11), kind: 'changed', fields: ['public_account_tags'] },
      { relation: 'public.account', id: idOf('never'), kind: 'extra' },
      { relation: 'public.gone', id: idOf(1, 'gone'), kind: 'extra' },
    ]);
  },

  'prints values only when it is told to': async () => {
    const people = await synced.run('verify');
    expect(people.code).toBe(1);
    expect(people.stderr).toContain(idOf(9));
    for (const { text } of [await verify(), { text: people.stdout + people.stderr }]) {
      expect(text).not.toMatch(/9007199254741011|9007199254741012|hush/u);
    }
    const { differences } = await verify('--values');
    expect(differences.find(({ id }) => id === idOf(9))?.fields).toEqual([
      { field: 'public_account_balance', row: '9007199254741011', document: '9007199254741012' },
    ]);
  },

  'lists as many differences as it is asked for, and counts all': async () => {
    const found = await verify('--limit', '2');
    expect(found).toMatchObject({ missing: 1, changed: 3, extra: 2 });
    expect(found.differences).toHaveLength(2);
    expect((await synced.run('verify', '--limit', 'many')).code).toBe(2);
  },

  'says how to heal: a full sync what is missing or extra, a rebuild what somebody else changed': async () => {
    expect((await verify()).remedy).toMatch(/A full sync .* heals what is missing.*--rebuild/u);
    // The index holds two documents of this connector's that it never wrote, of a relation that it does not know.
    expect(await synced.sync()).toMatchObject({ status: 'completed', indexed: 1, deleted: 2 });
    expect(await verify()).toMatchObject({ missing: 0, extra: 0, changed: 3 });

    await synced.database.sql(`update account set note = note where id = 9`);
    expect(await synced.sync('--incremental')).toMatchObject({ status: 'completed', indexed: 1 });
    expect(await verify()).toMatchObject({ changed: 2, code: 1 });
  },

  'finds a document whose time somebody took away or overwrote': async () => {
    await rewriteDocument(idOf(12), (source) => source.replace(/,"_timestamp":"[^"]*"/u, ''));
    await rewriteDocument(idOf(13), (source) => source.replace(/"_timestamp":"[^"]*"/u, '"_timestamp":7'));
    await rewriteDocument(idOf(14), (source) => source.replace(/"_timestamp":"[^"]*"/u, '"_timestamp":"soon"'));
    const { differences, changed } = await verify();
    expect(changed).toBe(5);
    for (const key of [12, 13, 14])
      expect(differences.find(({ id }) => id === idOf(key))?.fields).toEqual(['_timestamp']);
  },

  'finds nothing after a rebuild': async () => {
    const client = connectElasticsearch();
    await client.delete({ index: synced.connector.index_name, id: 'of somebody else', refresh: true });
    await client.close();
    expect(await synced.sync('--rebuild')).toMatchObject({ status: 'completed', indexed: 2_010 });
    expect(await verify()).toMatchObject({ ok: true, code: 0 });
  },

  'finds rows that changed since the last sync': async () => {
    await synced.database.sql(`
      delete from account where id = 1;
      update account set note = 'other' where id = 2;
      insert into account (id) values (3000)`);
    expect(await verify()).toMatchObject({ missing: 1, changed: 1, extra: 1, rows: 2_010, documents: 2_010 });
    await synced.sync('--incremental');
    expect(await verify()).toMatchObject({ ok: true, code: 0 });
  },

  'fails, rather than finding differences, where a table can not be read': async () => {
    await synced.database.sql('alter table audit rename to renamed');
    const finished = await synced.run('verify');
    expect(finished.code).toBe(1);
    await synced.database.sql('alter table renamed rename to audit');
  },
});
