import { quoteIdentifier } from '../../documents/sql-text';
import { SyncFailure } from '../../sync/failures';
import type { Source } from '../connection/source';

/** Functions that no sync can do without, and that a hardened server may have taken from PUBLIC. */
const NEEDED = [
  'age(xid)',
  'hashtextextended(text, bigint)',
  'pg_current_snapshot()',
  'pg_get_expr(pg_node_tree, oid)',
  'pg_is_in_recovery()',
  'pg_relation_filenode(regclass)',
  'pg_relation_size(regclass, text)',
  'row_security_active(oid)',
  'sha256(bytea)',
  'txid_current_snapshot()',
  'txid_snapshot_xmax(txid_snapshot)',
] as const;

/** SQL for the list of those that the role may not execute; a version that lacks one does without. */
export const REFUSED_FUNCTIONS = `array(
  select f.name from unnest('{${NEEDED.map((name) => `"${name}"`).join(',')}}'::text[]) as f (name)
  where not has_function_privilege(to_regprocedure('pg_catalog.' || f.name)::oid, 'execute'))`;

/** @throws SyncFailure `SourcePermission` with the statement that grants all that is missing */
export function requireFunctions({ settings }: Source, refused: readonly string[]): void {
  if (refused.length === 0) return;
  const { host, port, database, username } = settings;
  const functions = refused.map((name) => `pg_catalog.${name}`).join(', ');
  throw new SyncFailure(
    'SourcePermission',
    `PostgreSQL at ${host}:${port}, database "${database}": role "${username}" may not execute ${refused.join(', ')}`,
    `grant execute on function ${functions} to ${quoteIdentifier(username)};`,
  );
}
