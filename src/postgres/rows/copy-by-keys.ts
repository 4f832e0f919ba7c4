import { qualifiedName, quoteIdentifier, quoteLiteral } from '../../documents/sql-text';
import type { Relation } from '../../sync/relation';
import type { Transaction } from '../connection/transaction';
import type { CopyOptions } from './copy-options';
import type { CopyPiece } from './copy-piece';
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
  yield* readQuery(tx, fromRowsOfKeys(relation, keys, options.projection), options);
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

/**
 * As {@link idsOfKeys}, of those keys that no row has which is synced. Ids are compared byte by byte: by the collation of a
 * key, A may equal a.
 */
export async function idsWithoutRow(
  tx: Transaction,
  relation: Relation,
  keys: readonly KeyTexts[],
  identity: RowIdentity,
): Promise<readonly string[]> {
  const found = await tx.query<{ id: string }>(`
    select k."id" collate "C" as "id" from ${keyRows(relation, keys)} as t ${idJoin(identity.id)}
    except
    select k."id" collate "C" ${fromRowsOfKeys(relation, keys, identity)}`);
  return found.map((row) => row.id);
}

/** `from … where …` for rows that have one of the keys as `t`, with their ids as `k.id`. */
function fromRowsOfKeys(relation: Relation, keys: readonly KeyTexts[], { id, filter }: RowIdentity): string {
  const same = relation.key.map((name) => `t.${quoteIdentifier(name)} = h.${quoteIdentifier(name)}`);
  const rows = `(select distinct h.* from ${keyRows(relation, keys)} as h)`;
  return `
    from ${rows} as h join ${qualifiedName(relation)} as t on ${same.join(' and ')} ${idJoin(id)}
    where ${filterOf({ filter })}`;
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
