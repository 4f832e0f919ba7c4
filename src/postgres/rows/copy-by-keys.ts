import { qualifiedName, quoteIdentifier, quoteLiteral } from '../../documents/sql-text';
import { SyncFailure } from '../../sync/failures';
import { formatRelation, type Relation } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { CopyPiece } from './copy-piece';
import { definitionsQuery } from './definition-hash';
import { readQuery } from './read-query';
import { idJoin } from './row-projection';
import { filterOf, type RowIdentity } from './rows-sql';

/** Texts of a key's columns, in the key's order. */
type KeyTexts = readonly string[];

/**
 * Reads the rows that have one of the keys, by the key's own index.
 * @param keys - as PostgreSQL prints their values, under the settings of a transaction
 */
export async function* copyByKeys(
  tx: Transaction,
  relation: Relation,
  keys: readonly KeyTexts[],
  options: CopyOptions,
): AsyncGenerator<CopyPiece, void> {
  const same = relation.key.map((name) => `t.${quoteIdentifier(name)} = h.${quoteIdentifier(name)}`);
  const { id } = options.projection;
  const rows = `(select distinct h.* from ${keyRows(relation, keys)} as h)`;
  const from = `from ${rows} as h join ${qualifiedName(relation)} as t on ${same.join(' and ')}`;
  yield* readQuery(tx, `${from} ${idJoin(id)} where ${filterOf(options.projection)}`, options);
}

/** The ids of the documents that rows with these keys have, whether or not there are such rows. */
export async function idsOfKeys(
  tx: Transaction,
  relation: Relation,
  keys: readonly KeyTexts[],
  { id }: RowIdentity,
): Promise<readonly string[]> {
  const found = await tx.query<{ id: string }>(
    `select distinct k."id" from ${keyRows(relation, keys)} as t ${idJoin(id)}`,
  );
  return found.map((row) => row.id);
}

/** Keys as rows of their own types. Equal ones that print differently, as 1.0 and 1.00, would find a row twice. */
function keyRows({ key, columns }: Relation, keys: readonly KeyTexts[]): string {
  const names = key.map((_, place) => `q${place}`);
  const typed = key.map((name, place) => {
    const type = columns.find((column) => column.name === name)?.type.sqlName ?? 'text';
    return `q.q${place}::${type} as ${quoteIdentifier(name)}`;
  });
  const arrays = key.map(
    (_, place) => `array[${keys.map((texts) => quoteLiteral(texts[place] ?? '')).join(',')}]::text[]`,
  );
  return `(select ${typed.join(', ')} from unnest(${arrays.join(', ')}) as q (${names.join(', ')}))`;
}

/**
 * Makes sure that relations are still what they were when they were described; rows that are read in the same
 * transaction have that definition.
 * @throws SyncFailure `SourceChanged`
 */
export async function requireDefinitions(tx: Transaction, relations: readonly Relation[]): Promise<void> {
  const oids = relations.map(({ oid }) => oid);
  for (const relation of relations) await tx.query(`select 1 from ${qualifiedName(relation)} limit 0`);
  const found = await tx.query<{ oid: string; definition: string }>(definitionsQuery('$1::oid[]'), [oids]);
  const now = new Map(found.map(({ oid, definition }) => [Number(oid), definition]));
  const changed = relations.find(({ oid, definition }) => now.get(oid) !== definition);
  if (changed !== undefined)
    throw new SyncFailure(
      'SourceChanged',
      `${formatRelation(changed)} has been altered while its changes were followed`,
    );
}
