import { DatabaseError } from 'pg';

import { SyncFailure } from '../../sync/failures';
import type { Column } from '../../sync/relation';
import { readTypes } from '../catalog/read-types';
import type { Transaction } from '../connection/transaction';
import { trimQuery } from './trim-query';

/** A query as what stands after `from`; a comment at its end does not swallow the parenthesis. */
export function queryAsSource(query: string): string {
  return `(\n${trimQuery(query)}\n)`;
}

/** A column of a query's result. */
export interface QueryColumn extends Column {
  /** The column of a table that it shows, if it shows one as it is. */
  readonly origin?: { readonly table: string; readonly tableOid: number; readonly column: string };
}

const SYNTAX_ERROR = '42601';
/** Invalid prepared statement definition: before PostgreSQL 16 what `select into` is. */
const CANNOT_BE_PREPARED = '42P14';
/** By `statement_timeout`. */
const QUERY_CANCELED = '57014';
/** They outlive the transaction, and stay with the connection. */
const LOCKING_FUNCTION = /\bpg_(?:try_)?advisory_\w*lock/i;

/** Protocol violation: a parameter has no value. */
const HAS_PARAMETERS = '08P01';

const ORIGINS = `
  select c.relname::text as "table", a.attrelid as "tableOid", a.attname::text as "column",
    u.position::integer as "position"
  from unnest($1::oid[], $2::integer[]) with ordinality as u (relation, number, position)
  join pg_attribute as a on a.attrelid = u.relation and a.attnum = u.number
  join pg_class as c on c.oid = a.attrelid`;

/**
 * The columns of a rule's query, without running it.
 * @param timeoutMs - how long planning it may take; whose tables are locked is waited for before that
 * @throws SyncFailure `InvalidRule` where it is anything but one query; else what `pg` throws
 */
export async function describeQuery(
  tx: Transaction,
  query: string,
  timeoutMs = 30_000,
): Promise<readonly QueryColumn[]> {
  if (LOCKING_FUNCTION.test(query)) throw new SyncFailure('InvalidRule', 'the query takes an advisory lock');
  // Takes one statement only, and names the place of an error in the query itself. Nothing runs, nor is it planned yet;
  // but from here on the transaction has the locks of all tables that it names.
  await blameNonQuery(tx.describe(`prepare pgferry_rule as\n${trimQuery(query)}\n`), CANNOT_BE_PREPARED);
  await tx.query(`deallocate pgferry_rule; set local statement_timeout = ${timeoutMs}`);
  const fields = await describeFields(tx, query);
  const typeOf = await readTypes(
    tx,
    fields.map(({ type }) => type),
  );
  const origins = await tx.query<NonNullable<QueryColumn['origin']> & { readonly position: number }>(ORIGINS, [
    fields.map(({ origin }) => origin.table),
    fields.map(({ origin }) => origin.column),
  ]);
  const byPosition = new Map(origins.map(({ position, ...origin }) => [position, origin]));
  return fields.map(({ name, type }, index) => {
    const origin = byPosition.get(index + 1);
    return { name, type: typeOf(type), notNull: false, ...(origin === undefined ? {} : { origin }) };
  });
}

async function describeFields(tx: Transaction, query: string) {
  try {
    return await blameNonQuery(tx.describe(`select t.* from ${queryAsSource(query)} as t limit 0`), SYNTAX_ERROR);
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === HAS_PARAMETERS)) throw error;
    throw new SyncFailure('InvalidRule', 'the query has parameters, such as $1: write values in their place');
  }
}

async function blameNonQuery<Result>(work: Promise<Result>, sqlState: string): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === QUERY_CANCELED) {
      throw new SyncFailure('InvalidRule', 'planning the query takes too long: it calls slow functions with constants');
    }
    if (!(error instanceof DatabaseError && error.code === sqlState)) throw error;
    throw new SyncFailure(
      'InvalidRule',
      'the query must be a single select statement (with … select, values and table are as well)',
    );
  }
}
