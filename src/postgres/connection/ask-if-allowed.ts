import { DatabaseError, type QueryResultRow } from 'pg';

import type { Transaction } from './transaction';

/** What a server answers, or by which SQLSTATE it refuses to. */
export type AllowedAnswer<Row> = { readonly rows: readonly Row[] } | { readonly refusal: string };

/**
 * By which servers, and roles that may do little, refuse a function or view: `insufficient_privilege`,
 * `feature_not_supported`, `object_not_in_prerequisite_state`, `undefined_function`, `undefined_table`.
 */
const REFUSALS: ReadonlySet<string> = new Set(['42501', '0A000', '55000', '42883', '42P01']);

/** Asks what a service may keep to itself, without ending the transaction where it does. */
export async function askIfAllowed<Row extends QueryResultRow>(
  tx: Transaction,
  text: string,
  values: readonly unknown[] = [],
): Promise<AllowedAnswer<Row>> {
  await tx.query('savepoint asked');
  try {
    const rows = await tx.query<Row>(text, values);
    await tx.query('release savepoint asked');
    return { rows };
  } catch (error) {
    const state = error instanceof DatabaseError ? (error.code ?? '') : '';
    if (!REFUSALS.has(state)) throw error;
    await tx.query('rollback to savepoint asked');
    return { refusal: state };
  }
}
