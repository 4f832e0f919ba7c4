import { parseSettings } from '../../config/parse-settings';
import type { Settings } from '../../config/settings/settings';
import { connectElasticsearch } from '../../elasticsearch/connection/connect-elasticsearch';
import { probeElasticsearch } from '../../elasticsearch/connection/probe-elasticsearch';
import { keepSecrets } from '../../logging/blot-secrets';
import { describeUnlocked } from '../../postgres/catalog/describe-unlocked';
import { matchTables } from '../../postgres/catalog/match-tables';
import { type Candidate, readCandidates } from '../../postgres/catalog/read-candidates';
import { startLockPatience } from '../../postgres/connection/lock-patience';
import { closeSource, openSource, type Source } from '../../postgres/connection/source';
import { type Transaction, withTransaction } from '../../postgres/connection/transaction';
import { type ProposedTrees, proposeTrees } from '../../postgres/trees/propose-trees';
import { readForeignKeys } from '../../postgres/trees/read-foreign-keys';
import { SyncFailure } from '../../sync/failures';
import type { InitChoices, ServerChoices } from './choices';
import { renderConfiguration, type RenderedConfiguration } from './render-configuration';

/** A table that could be synced. */
export interface FoundTable {
  readonly name: string;
  /** As PostgreSQL estimates; 0 of a view, and of what was never analyzed. */
  readonly rows: number;
}

/** A schema, and its tables that can be synced. */
export interface FoundSchema {
  readonly name: string;
  readonly tables: readonly FoundTable[];
  /** Relations that can't be: without a key, or without a grant. */
  readonly unfit: number;
}

/** What PostgreSQL shows to the role. */
export interface FoundDatabase {
  readonly isEncrypted: boolean;
  readonly schemas: readonly FoundSchema[];
}

/** A configuration as it will be read, once its files are there and its variables set. */
export function readRendered(
  { text, secretFiles, variables }: RenderedConfiguration,
  environment: Environment,
): Settings {
  const { settings, secrets } = parseSettings(text, {
    environment: { ...environment, ...variables },
    directory: '.',
    readFile: (path) => Object.entries(secretFiles).find(([name]) => path.endsWith(name))?.[1] ?? '',
  });
  keepSecrets(secrets);
  return settings;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that are good for a look: with a connector that reads anything. */
function trialSettings(servers: ServerChoices, isEncrypted: boolean, environment: Environment): Settings {
  const trial: InitChoices = {
    ...{ ...servers, isEncrypted, isContinuous: false },
    connectors: [{ schema: 'public', tables: '*' }],
  };
  return readRendered(renderConfiguration(trial, 'pgferry.yml', ''), environment);
}

/**
 * Tries Elasticsearch.
 * @returns its version, where it tells
 * @throws SyncFailure as any command would
 */
export async function lookAtElasticsearch(
  choices: ServerChoices,
  environment: Environment,
): Promise<string | undefined> {
  const client = connectElasticsearch(trialSettings(choices, true, environment).elasticsearch);
  try {
    return (await probeElasticsearch(client)).version;
  } finally {
    await client.close();
  }
}

/**
 * Tries PostgreSQL, encrypted where the server can, and lists what could be synced.
 * @throws SyncFailure as any command would
 */
export async function lookAtPostgres(choices: ServerChoices, environment: Environment): Promise<FoundDatabase> {
  try {
    return { isEncrypted: true, schemas: await listSchemas(trialSettings(choices, true, environment)) };
  } catch (error) {
    if (!(error instanceof SyncFailure) || !error.message.includes('it speaks no TLS')) throw error;
    return { isEncrypted: false, schemas: await listSchemas(trialSettings(choices, false, environment)) };
  }
}

const SCHEMAS = `
  select nspname::text as "name" from pg_namespace
  where nspname <> 'information_schema' and nspname not like 'pg\\_%' and has_schema_privilege(oid, 'usage')
  order by nspname collate "C"`;

const ROWS = `
  select oid, greatest(reltuples, 0)::float8 as "rows" from pg_class where oid = any ($1::oid[])`;

function listSchemas(settings: Settings): Promise<FoundSchema[]> {
  return withSource(settings, (source) =>
    withTransaction(source, async (tx) => {
      const { names, candidates } = await readAllCandidates(tx);
      const oids = candidates.map(({ oid }) => oid);
      const rows = new Map(
        (await tx.query<{ oid: number; rows: number }>(ROWS, [oids])).map((row) => [row.oid, row.rows]),
      );
      return names.flatMap((name) => {
        const all = candidates.filter(({ schema }) => schema === name);
        const tables = all
          .filter(isFit)
          .map(({ oid, table }) => ({ name: table, rows: Math.round(rows.get(oid) ?? 0) }));
        return all.length === 0 ? [] : [{ name, tables, unfit: all.length - tables.length }];
      });
    }),
  );
}

/** Can be synced as it is. */
function isFit({ readable, hasKey, hidesRows }: Candidate): boolean {
  return readable && hasKey && !hidesRows;
}

async function readAllCandidates(tx: Transaction) {
  const names = (await tx.query<{ name: string }>(SCHEMAS)).map(({ name }) => name);
  return { names, candidates: (await readCandidates(tx, names)).filter(({ isPartition }) => !isPartition) };
}

async function withSource<Result>(
  { connectors: [connector] }: Settings,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  if (connector === undefined) throw new Error('a trial has a connector');
  // Row level security hides rows from syncs, not the table from this list.
  const options = { maxConnections: 1, applicationName: 'pgferry init', rowSecurity: 'filtered' } as const;
  const source = openSource(connector.source, options);
  try {
    return await work(source);
  } finally {
    await closeSource(source);
  }
}

/**
 * Finds the documents of several tables that foreign keys allow.
 * @returns trees by the name of their root, for each of the connectors
 */
export function lookAtForeignKeys(
  { connectors, ...servers }: Pick<InitChoices, 'connectors' | 'isEncrypted' | keyof ServerChoices>,
  environment: Environment,
): Promise<readonly ProposedTrees[]> {
  return withSource(trialSettings(servers, servers.isEncrypted, environment), async (source) => {
    const { candidates } = await withTransaction(source, readAllCandidates);
    const oids = candidates.filter(isFit).map(({ oid }) => oid);
    const patience = startLockPatience(source.settings.lockTimeoutMs);
    const { relations } = await describeUnlocked(source, oids, { idColumns: {}, excludeColumns: [] }, patience);
    const foreignKeys = await withTransaction(source, (tx) => readForeignKeys(tx, oids));
    return connectors.map(({ schema, tables }) => {
      const entries = tables === '*' ? [tables] : tables;
      const roots = new Set(entries.flatMap((entry) => matchTables(entry, [schema], relations).relations));
      return proposeTrees([...roots], relations, foreignKeys);
    });
  });
}
