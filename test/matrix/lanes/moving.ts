import { setTimeout as delay } from 'node:timers/promises';

import { runCommand, type RunningCommand } from '../../support/command-line';
import { uniqueTaskQueue, writeFile } from '../../support/configuration-file';
import { readCurl, sendRequest } from '../../support/curl';
import { connectElasticsearch, deleteIndices, elasticsearchUrl } from '../../support/elasticsearch';
import { eventually } from '../../support/eventually';
import { readBlock } from '../../support/page-blocks';
import { type Pgsync, startPgsync } from '../../support/pgsync';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { temporalAddress } from '../../support/temporal-address';
import { startWorkerProcess, stopCommand } from '../../support/worker-process';

type Source = Readonly<Record<string, unknown>>;

const BOOKS = `
  create table publisher (id integer primary key, name text not null);
  create table book (
    isbn text primary key, title text not null, published date not null, price numeric(8, 2) not null,
    is_sold boolean not null, publisher_id integer references publisher
  );
  create table author (id integer primary key, name text not null);
  create table book_author (
    book_isbn text references book, author_id integer references author, primary key (book_isbn, author_id)
  );
  create table review (
    id integer primary key, book_isbn text not null references book, stars integer not null, body text
  );
  insert into publisher values (1, 'Reed'), (2, 'Quill');
  insert into author values (1, 'Ada'), (2, 'Grace'), (3, 'Alan');
  insert into book values
    ('111', 'Engines and looms', '2019-03-01', 18.50, true, 1),
    ('222', 'Ships of the desert', '2021-10-12', 24.00, true, 2),
    ('333', 'A book nobody read', '2024-01-31', 9.99, false, null);
  insert into book_author values ('111', 1), ('111', 3), ('222', 2);
  insert into review values (1, '111', 5, 'Loved it'), (2, '111', 2, null), (3, '222', 4, 'Sandy')`;

const PRODUCTS = `
  create table product (
    id integer primary key, name text not null, price numeric(8, 2), updated_at timestamptz not null, supplier_note text
  );
  insert into product values
    (1, 'Kettle', 20.00, '2026-01-01 08:00+00', 'cheap'), (2, 'Teapot', 35.50, '2026-01-02 08:00+00', null),
    (3, 'Cup', null, '2026-01-03 08:00+00', null)`;

const elasticsearch = connectElasticsearch();

afterAll(() => elasticsearch.close());

describe('the way over from pgsync', () => {
  const page = 'moving-from-pgsync.md';
  let moved: Moved;
  let pgsync: Pgsync;

  beforeAll(async () => {
    moved = await prepare(page, 'books', BOOKS);
    const [node] = JSON.parse(readBlock(page, 'json', '"nodes"')) as [object];
    const schema = [{ ...node, database: moved.database.name, index: moved.rename('books') }];
    pgsync = await startPgsync({ database: moved.database.url, elasticsearch: elasticsearchUrl(), schema });
  });

  afterAll(async () => {
    await pgsync.close();
    await moved.close();
  });

  test('ends with the same documents under the same name, and no search finds nothing meanwhile', async () => {
    const { database, rename } = moved;
    await pgsync.bootstrap();
    await pgsync.sync();
    await elasticsearch.indices.refresh({ index: rename('books') });
    const daemon = pgsync.follow();
    const searches = searchOnAndOn(rename('books'), { match: { title: 'engines' } });
    await moved.run('sync', rename('books'));
    await database.sql(`update review set stars = 1 where id = 3; insert into review values (4, '333', 3, 'Who wrote it?');
      insert into book_author values ('333', 2)`);
    await eventually('pgsync has followed', async () =>
      (await documentsOf(rename('books'))).some(
        ({ title, authors }) => /nobody/.test(String(title)) && authors !== null,
      ),
    );
    await moved.run('sync', rename('books'), '--incremental');
    await moved.run('verify', rename('books'));
    const before = await documentsOf(rename('books'));
    expect(await documentsOf(rename('search-books'))).toEqual(before.map(asPgferryMakesIt));
    await daemon.stop();
    await moved.switchOver();
    expect(await documentsOf(rename('books'))).toEqual(before.map(asPgferryMakesIt));
    expect(await searches.stop()).toEqual({ empty: 0, failed: [] });
    await pgsync.teardown();
    const left = await database.sql(`select slot_name from pg_replication_slots where database = current_database()
      union all select tgname from pg_trigger where not tgisinternal`);
    expect(left).toEqual([]);
    await moved.run('sync', rename('books'), '--rebuild');
    expect(await documentsOf(rename('books'))).toEqual(before.map(asPgferryMakesIt));
    const query = {
      bool: { filter: [{ match: { 'authors.name': 'Ada' } }, { range: { published_on: { lt: '2020' } } }] },
    };
    expect(await elasticsearch.count({ index: rename('books'), query })).toMatchObject({ count: 1 });
  });

  /** As the page says that documents change. */
  function asPgferryMakesIt({ published_on, authors, reviews, ...same }: Source): Source {
    return {
      ...same,
      published: published_on,
      authors: ((authors ?? []) as readonly string[]).map((name) => ({ name })),
      reviews: reviews ?? [],
    };
  }
});

describe('the way over from Logstash', () => {
  const page = 'moving-from-logstash.md';
  let moved: Moved;

  beforeAll(async () => {
    moved = await prepare(page, 'products', PRODUCTS);
  });

  afterAll(() => moved.close());

  test('ends with the rows that are there, and no search finds nothing meanwhile', async () => {
    const { database, rename } = moved;
    const index = rename('products');
    // As its output leaves them; Logstash itself can't be had from a registry.
    const asWritten = { '@version': '1', '@timestamp': '2026-01-05T10:00:00.123456Z' };
    const rows =
      await database.sql(`select id, name, price::float8, to_char(updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      as updated_at from product`);
    await elasticsearch.helpers.bulk({
      datasource: [...rows, { id: 99, name: 'Deleted long ago', price: 1, updated_at: '2025-01-01T00:00:00.000Z' }],
      onDocument: ({ id, ...row }) => [{ index: { _index: index, _id: String(id) } }, { id, ...row, ...asWritten }],
      refresh: true,
    });
    const searches = searchOnAndOn(index, { match: { name: 'kettle' } });
    await moved.run('sync', index);
    // Which its pipeline would miss: no change of the column, a late commit, a deletion.
    await database.sql(`update product set price = 21 where id = 1; delete from product where id = 2;
      insert into product values (4, 'Spoon', 2, '2026-01-01 00:00+00', 'late')`);
    await moved.run('sync', index, '--incremental');
    await moved.run('verify', index);
    await moved.switchOver();
    expect(await searches.stop()).toEqual({ empty: 0, failed: [] });
    expect(await documentsOf(index)).toEqual([
      { id: 1, name: 'Kettle', price: 21, updated_at: '2026-01-01T08:00:00+00:00' },
      { id: 3, name: 'Cup', price: null, updated_at: '2026-01-03T08:00:00+00:00' },
      { id: 4, name: 'Spoon', price: 2, updated_at: '2026-01-01T00:00:00+00:00' },
    ]);
  });
});

/** A connector as a page says it, with names of its own. */
interface Moved {
  readonly database: TestDatabase;
  readonly rename: (name: string) => string;
  /** Runs a command that succeeds. */
  readonly run: (...args: readonly string[]) => Promise<void>;
  /** Sends the page's request that puts an alias in the place of the old index. */
  readonly switchOver: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function prepare(page: string, name: string, tables: string): Promise<Moved> {
  const database = await createDatabase();
  await database.sql(tables);
  const rename = (text: string) => text.replaceAll(new RegExp(`\\b(search-)?${name}\\b`, 'gu'), `$&-${database.name}`);
  const { hostname, port, username, password } = new URL(database.url);
  const environment = {
    ELASTICSEARCH_URL: elasticsearchUrl(),
    TEMPORAL_ADDRESS: temporalAddress(),
    PG_HOST: hostname,
    PG_PORT: port,
    PG_USER: decodeURIComponent(username),
    PG_PASSWORD: decodeURIComponent(password),
    PG_SSLMODE: 'disable',
  };
  Object.assign(process.env, environment);
  const text = readBlock(page, 'yaml', 'connectors:')
    .replace(/connector_id: .*/u, rename)
    .replace(/index_name: \S+/u, rename)
    .replace('database: shop', `database: ${database.name}`)
    .replace('temporal:', `temporal:\n  task_queue: ${uniqueTaskQueue()}`);
  const file = writeFile(text);
  const worker: RunningCommand = await startWorkerProcess(file);
  return {
    database,
    rename,
    run: async (...args) => {
      const { code, stderr } = await runCommand([...args, '-c', file]);
      if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    },
    switchOver: async () => {
      const { address, body } = readCurl(readBlock(page, 'sh', 'remove_index'));
      const renamed = body.replaceAll(/"-?[\w-]+(?:-\*)?"/gu, (quoted) =>
        quoted.includes(name) ? rename(quoted) : quoted,
      );
      await sendRequest(elasticsearch, { address, body: renamed });
    },
    close: async () => {
      await stopCommand(worker);
      await deleteIndices(elasticsearch, rename(`search-${name}`));
      // Where the switch was not reached; an alias is gone with its index.
      await elasticsearch.indices.delete({ index: rename(name), ignore_unavailable: true });
      await database.drop();
    },
  };
}

/** A person who searches all the time. */
function searchOnAndOn(index: string, query: object) {
  const ended = new AbortController();
  const found = { empty: 0, failed: [] as string[] };
  const searching = (async () => {
    while (!ended.signal.aborted) {
      await elasticsearch.count({ index, query }).then(
        ({ count }) => (found.empty += count === 0 ? 1 : 0),
        (error: unknown) => found.failed.push(String(error)),
      );
      await delay(5);
    }
  })();
  return {
    stop: async () => {
      ended.abort();
      await searching;
      return found;
    },
  };
}

/** The documents under a name, without the fields that the tools add. */
async function documentsOf(index: string): Promise<Source[]> {
  await elasticsearch.indices.refresh({ index });
  const { hits } = await elasticsearch.search<Record<string, unknown>>({ index, size: 100 });
  const sources = hits.hits.map(({ _source = {} }) =>
    Object.fromEntries(Object.entries(_source).filter(([name]) => !/^[_@]/u.test(name))),
  );
  return sources.sort((a, b) => String(a['isbn'] ?? a['id']).localeCompare(String(b['isbn'] ?? b['id'])));
}
