import { readJson, type RunningCommand } from './command-line';
import { type Configured, type ConfiguredConnector, createConfiguredConnector } from './configured-connector';
import { connectElasticsearch } from './elasticsearch';
import { eventually } from './eventually';

/** The stream as `jobs show --json` has it. */
export interface ShownStream {
  readonly status: string;
  readonly phase: string | null;
  readonly owed: readonly string[];
  readonly gaps_closed: number;
  readonly gap_failure?: string;
  readonly last_failure?: string;
  readonly doing?: string;
  readonly hints?: number;
  readonly put_back?: number;
  readonly deleted?: number;
  readonly dropped?: number;
  readonly pending?: number;
  readonly retained_bytes?: number | null;
  readonly due?: readonly string[];
  readonly rereads?: number;
  readonly read_again?: readonly {
    readonly relation: string;
    readonly tables: readonly string[];
    readonly unheard: readonly string[];
  }[];
  readonly left?: readonly { readonly relation: string; readonly reason: string; readonly remedy?: string }[];
}

/** A connector whose changes are followed. */
export interface FollowedConnector extends ConfiguredConnector {
  readonly sql: (text: string) => Promise<Record<string, unknown>[]>;
  /**
   * Makes tables, and has a worker sync and follow them.
   * @returns the worker
   */
  readonly begin: (tables: string) => Promise<RunningCommand>;
  readonly shown: () => Promise<ShownStream>;
  /** Waits until the stream reads changes and no sync is owed. */
  readonly untilFollowing: (timeoutMs?: number) => Promise<ShownStream>;
  readonly untilShown: (
    what: string,
    isSo: (shown: ShownStream) => boolean,
    timeoutMs?: number,
  ) => Promise<ShownStream>;
  /** @returns what the document of a key has; undefined where there is none */
  readonly find: (table: string, column: string, key: number) => Promise<unknown>;
  /**
   * Waits until documents, by the keys in their ids, have these values; undefined: there is none.
   * @returns milliseconds that it took
   */
  readonly untilFound: (
    table: string,
    column: string,
    expected: Readonly<Record<string, unknown>>,
    timeoutMs?: number,
  ) => Promise<number>;
  /**
   * Waits until the stream has confirmed all that was written before: it is applied, or a sync has been asked for.
   */
  readonly untilConfirmed: (timeoutMs?: number) => Promise<void>;
  /** Number of slots of the connector's database. */
  readonly countSlots: () => Promise<number>;
}

/** @param configured - the publication is `pgferry_test` unless its section continuous says otherwise */
export async function createFollowedConnector(configured: Configured = {}): Promise<FollowedConnector> {
  const { continuous, ...others } = configured.connector ?? {};
  const elasticsearch = connectElasticsearch();
  const connector = await createConfiguredConnector({
    ...configured,
    connector: {
      documents: { field_names: 'plain' },
      ...others,
      continuous: { publication: 'pgferry_test', refresh_interval: '100ms', ...(continuous as object | undefined) },
    },
  });
  const sql = (text: string) => connector.database.sql(text);
  const shown = async () => {
    const finished = await connector.ask('jobs', 'show', '--json');
    return readJson<{ stream: ShownStream }>(finished).stream;
  };
  /** By a search, which sees what is refreshed. */
  const read = async (table: string, column: string, keys: readonly string[]) => {
    const prefix = `${connector.connector.connector_id}:public.${table}:`;
    const { hits } = await elasticsearch.search<Record<string, unknown>>({
      index: connector.connector.index_name,
      size: keys.length,
      query: { ids: { values: keys.map((key) => prefix + key) } },
    });
    return Object.fromEntries(
      hits.hits.map(({ _id = '', _source }) => [_id.slice(prefix.length), _source?.[column]]),
    ) as Record<string, unknown>;
  };
  const untilShown: FollowedConnector['untilShown'] = async (what, isSo, timeoutMs = 60_000) => {
    let last: ShownStream | undefined;
    const look = async () => {
      last = await shown();
      return isSo(last);
    };
    await eventually(what, look, timeoutMs).catch((error: unknown) => {
      throw new Error(JSON.stringify(last), { cause: error });
    });
    if (last === undefined) throw new Error('nothing was shown');
    return last;
  };
  const untilFollowing: FollowedConnector['untilFollowing'] = (timeoutMs) =>
    untilShown(
      'changes are followed',
      ({ phase, doing, owed }) => phase === 'following' && doing === 'reading changes' && owed.length === 0,
      timeoutMs,
    );
  return {
    ...connector,
    sql,
    begin: async (tables) => {
      await sql(tables);
      const worker = await connector.startWorker();
      expect((await connector.run('sync')).code).toBe(0);
      await connector.run('follow');
      await untilFollowing();
      return worker;
    },
    shown,
    untilShown,
    untilFollowing,
    find: async (table, column, key) => (await read(table, column, [String(key)]))[key],
    untilFound: async (table, column, expected, timeoutMs = 20_000) => {
      const started = performance.now();
      let found: Record<string, unknown> = {};
      const isFound = async () => {
        found = await read(table, column, Object.keys(expected));
        return Object.entries(expected).every(([key, value]) => found[key] === value);
      };
      await eventually(`${table} is ${JSON.stringify(expected)}`, isFound, timeoutMs).catch(async (error: unknown) => {
        throw new Error(`${JSON.stringify(found)} ${JSON.stringify(await shown())}`, { cause: error });
      });
      return performance.now() - started;
    },
    untilConfirmed: async (timeoutMs) => {
      const [written] = await sql('select pg_current_wal_lsn()::text as lsn');
      const confirmed = `select 1 from pg_replication_slots
        where database = current_database() and confirmed_flush_lsn >= '${String(written?.['lsn'])}'`;
      const isConfirmed = async () => (await sql(confirmed)).length > 0;
      await eventually('WAL is confirmed', isConfirmed, timeoutMs).catch(async (error: unknown) => {
        throw new Error(JSON.stringify(await shown()), { cause: error });
      });
    },
    countSlots: async () =>
      (await sql('select 1 from pg_replication_slots where database = current_database()')).length,
    close: async () => {
      await connector.ask('follow', '--stop').catch(() => undefined);
      await connector.close();
      await elasticsearch.close();
    },
  };
}
