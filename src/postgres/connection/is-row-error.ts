import { DatabaseError } from 'pg';

/**
 * SQLSTATEs that a single row can be to blame for: data exceptions, limits of size, errors raised by functions.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const ROW_ERRORS = /^(22|54|P0)/;

/** Whether what a statement failed with may be due to one row among others. */
export function isRowError(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && ROW_ERRORS.test(error.code ?? '');
}
