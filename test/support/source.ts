import type { SourceSettings } from '../../src/config/settings/settings';
import { describeRelations, type DescribeSettings } from '../../src/postgres/catalog/describe-relations';
import { openSource, type Source, type SourceOptions } from '../../src/postgres/connection/source';
import { withTransaction } from '../../src/postgres/connection/transaction';
import type { Relation } from '../../src/sync/relation';
import type { TestDatabase } from './postgres';

/** Connects to a test's database as its superuser, or as another role. */
export function sourceSettings(database: TestDatabase, changes: Partial<SourceSettings> = {}): SourceSettings {
  const url = new URL(database.url);
  return {
    host: url.hostname,
    port: Number(url.port),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: database.name,
    connectTimeoutMs: 10_000,
    lockTimeoutMs: 120_000,
    ...changes,
  };
}

/** A source with two connections. */
export function openTestSource(
  database: TestDatabase,
  changes: Partial<SourceSettings> = {},
  options: Partial<SourceOptions> = {},
): Source {
  return openSource(sourceSettings(database, changes), {
    maxConnections: 2,
    applicationName: 'pgferry test',
    ...options,
  });
}

/** Describes one relation by name: `public.orders`, quoted where it needs to be. */
export async function describeTable(
  database: TestDatabase,
  source: Source,
  name: string,
  settings: DescribeSettings = { idColumns: {}, excludeColumns: [] },
): Promise<Relation> {
  const [row] = await database.sql('select $1::regclass::oid as oid', [name]);
  const { relations } = await withTransaction(source, (tx) => describeRelations(tx, [Number(row?.['oid'])], settings));
  const [relation] = relations;
  if (relation === undefined) throw new Error(`there is no ${name}`);
  return relation;
}
