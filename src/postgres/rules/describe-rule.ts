import { createHash } from 'node:crypto';

import { quoteIdentifier } from '../../documents/sql-text';
import type { QualifiedName, Relation } from '../../sync/relation';
import { readKeys } from '../catalog/read-keys';
import type { Source } from '../connection/source';
import { type Transaction, withTransaction } from '../connection/transaction';
import type { QueryRows } from '../rows/row-source';
import { chooseRuleKey } from './choose-rule-key';
import { describeQuery, queryAsSource } from './describe-query';
import { findRuleTables } from './find-rule-tables';
import { type NamedColumn, nameRuleColumns } from './name-rule-columns';

/** An advanced sync rule, named like a relation. */
export interface RuleRequest extends QualifiedName {
  readonly tables: readonly string[];
  readonly query: string;
  readonly idColumns?: readonly string[];
  /** Schemas in which the query looks for its tables, first to last. */
  readonly searchPath: readonly string[];
}

/** A rule as a relation, and where its rows are read. */
export interface DescribedRule {
  readonly relation: Relation;
  readonly rows: QueryRows;
}

/**
 * Has PostgreSQL check a rule in a read-only transaction, without running its query: syntax, tables, columns, key.
 * Planning it calls functions that claim to be immutable, which is why that has a limit, in milliseconds.
 * @throws SyncFailure `InvalidRule` with what is wrong
 */
export async function describeRule(
  source: Source,
  rule: RuleRequest,
  { timeoutMs = 30_000, lockTimeoutMs = source.settings.lockTimeoutMs } = {},
): Promise<DescribedRule> {
  const { searchPath } = rule;
  const options = { activity: 'running a rule', searchPath, statementTimeoutMs: timeoutMs, lockTimeoutMs } as const;
  return withTransaction(source, (tx) => describe(tx, rule, timeoutMs), options);
}

async function describe(tx: Transaction, rule: RuleRequest, timeoutMs: number): Promise<DescribedRule> {
  const { schema, table, tables, query, searchPath } = rule;
  const found = await findRuleTables(tx, rule);
  const named = nameRuleColumns(await describeQuery(tx, query, timeoutMs));
  const oids = found.map(({ oid }) => oid);
  const key = chooseRuleKey(named, { idColumns: rule.idColumns, tables: found, keys: await readKeys(tx, oids) });
  const columns = named.map(({ column }) => column);
  const relation: Relation = {
    schema,
    table,
    tables,
    oid: 0,
    kind: 'rule',
    columns,
    key,
    leaves: [],
    definition: hash([query, searchPath, tables, key, columns]),
    estimatedRows: 0,
  };
  return { relation, rows: { relation, from: aliasColumns(query, named), searchPath } };
}

/** Positional aliases tell columns of the same name apart. */
function aliasColumns(query: string, columns: readonly NamedColumn[]): string {
  const aliases = columns.map(({ column }) => quoteIdentifier(column.name)).join(', ');
  return `(select q.* from ${queryAsSource(query)} as q (${aliases}))`;
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
