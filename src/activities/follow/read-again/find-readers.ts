import { findReadTables, type ReadTable } from '../../../postgres/catalog/find-read-tables';
import type { Source } from '../../../postgres/connection/source';
import { withTransaction } from '../../../postgres/connection/transaction';
import { readingTransaction } from '../../../postgres/rows/reading-transaction';
import { findNamedRelations } from '../../../postgres/rules/find-named-relations';
import { SyncFailure } from '../../../sync/failures';
import { listTreeTables } from '../../../sync/relation';
import type { ProjectedRelation } from '../../plan/projected-relation';

/** A relation, and the tables whose rows its documents show. */
export interface Reader {
  readonly name: string;
  readonly tables: readonly ReadTable[];
  /** Why nobody can tell which they are. */
  readonly trouble?: string;
}

/** Milliseconds that parsing a rule's query may take, and waiting for a lock of its tables. */
const RULE_MS = 10_000;

/** Finds the tables that relations read: of views what is behind them, of rules what their queries name. */
export async function findReaders(source: Source, relations: readonly ProjectedRelation[]): Promise<readonly Reader[]> {
  if (relations.length === 0) return [];
  const sources: { name: string; oids: readonly number[]; trouble?: string }[] = [];
  for (const projected of relations) sources.push({ name: projected.name, ...(await findSources(source, projected)) });
  const all = [...new Set(sources.flatMap(({ oids }) => oids))];
  const found = await withTransaction(source, (tx) => findReadTables(tx, all));
  return sources.map(({ oids, ...reader }) => {
    const tables = found.filter((table) => oids.includes(table.reader));
    return { ...reader, tables: [...new Map(tables.map((table) => [table.oid, table])).values()] };
  });
}

/** The tables and views that a relation names itself. */
async function findSources(
  source: Source,
  { relation, rows }: ProjectedRelation,
): Promise<{ readonly oids: readonly number[]; readonly trouble?: string }> {
  if (relation.kind !== 'rule' || !('from' in rows)) {
    return { oids: [relation, ...listTreeTables(relation.branches ?? [])].map(({ oid }) => oid) };
  }
  const options = { ...readingTransaction({ rows }), statementTimeoutMs: RULE_MS, lockTimeoutMs: RULE_MS };
  try {
    const oids = await withTransaction(source, (tx) => findNamedRelations(tx, `select * from ${rows.from}`), options);
    return { oids };
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    return { oids: [], trouble: error.message };
  }
}
