import { qualifiedName } from '../../documents/sql-text';
import type { QualifiedName, RelationKind } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';

/** Tables that one statement is planned for. */
const TABLES_PER_PLAN = 100;

/** A node of a plan, as `explain (format json)` prints it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Custom Plan Provider'?: string;
  readonly Plans?: readonly PlanNode[];
}

interface NamedTable extends QualifiedName {
  readonly oid: number;
  readonly kind: RelationKind;
}

const HAS_EXTENSIONS = `select exists (select from pg_extension as e where e.extname <> 'plpgsql') as "has"`;

/**
 * Finds tables that PostgreSQL would not read by plain scans, whatever the catalog says of them: an extension keeps
 * (some of) their rows elsewhere, as Citus does with distributed tables and TimescaleDB with compressed chunks, and
 * shows them by a scan of its own. The planner knows; nothing is read.
 * @returns by oid, why the table is read as a whole
 */
export async function findOtherScans(
  tx: Transaction,
  relations: readonly NamedTable[],
): Promise<ReadonlyMap<number, string>> {
  const tables = relations.filter(({ kind }) => kind === 'table' || kind === 'partitioned');
  const [extensions] = await tx.query<{ has: boolean }>(HAS_EXTENSIONS);
  const found = new Map<number, string>();
  if (extensions?.has !== true) return found;
  for (let from = 0; from < tables.length; from += TABLES_PER_PLAN) {
    const batch = tables.slice(from, from + TABLES_PER_PLAN);
    // One plan for all tells most often that there is nothing to look for.
    if (findOtherScan(await planScan(tx, batch)) === undefined) continue;
    for (const table of batch) {
      const scan = findOtherScan(await planScan(tx, [table]));
      if (scan !== undefined) found.set(table.oid, `PostgreSQL reads it by a ${scan}`);
    }
  }
  return found;
}

async function planScan(tx: Transaction, tables: readonly QualifiedName[]): Promise<PlanNode> {
  const scans = tables.map((table) => `select 1 from ${qualifiedName(table)}`).join(' union all ');
  const rows = await tx.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    `explain (format json, costs off) ${scans}`,
  );
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (plan === undefined) throw new Error('PostgreSQL explains no plan');
  return plan;
}

/** The first node of a plan that is a scan by an extension or of a foreign table. */
export function findOtherScan(node: PlanNode): string | undefined {
  const type = node['Node Type'];
  if (type === 'Custom Scan') return `custom scan (${node['Custom Plan Provider'] ?? 'of an extension'})`;
  if (type === 'Foreign Scan') return 'foreign scan';
  for (const child of node.Plans ?? []) {
    const found = findOtherScan(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
