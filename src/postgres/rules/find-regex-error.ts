import { DatabaseError } from 'pg';

import type { Source } from '../connection/source';
import { withTransaction } from '../connection/transaction';

const INVALID_REGULAR_EXPRESSION = '2201B';

/** Finds PostgreSQL's objection to a regular expression; undefined where it takes it. */
export async function findRegexError(source: Source, pattern: string): Promise<string | undefined> {
  return withTransaction(source, async (tx) => {
    await tx.query('savepoint pgferry_regex');
    try {
      await tx.query(`select ''::text collate "C" ~ $1::text`, [pattern]);
      return undefined;
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code === INVALID_REGULAR_EXPRESSION)) throw error;
      await tx.query('rollback to savepoint pgferry_regex');
      return error.message;
    }
  });
}
