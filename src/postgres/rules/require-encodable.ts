import type { Source } from '../connection/source';
import { withTransaction } from '../connection/transaction';

/**
 * Sends a text to PostgreSQL, so that a character which the database's encoding has not is found before rows are read.
 * @throws SyncFailure `InvalidConfig`
 */
export async function requireEncodable(source: Source, text: string): Promise<void> {
  await withTransaction(source, (tx) => tx.query('select $1::text', [text]));
}
