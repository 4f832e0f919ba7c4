import type { Source } from '../../postgres/connection/source';
import { countUnread } from '../../postgres/ids/count-unread';
import { SyncFailure } from '../../sync/failures';
import type { ProjectedRelation } from './projected-relation';

/**
 * Holds what reading a table block by block sees against what a plain `select` shows, before any row filter: a net for
 * tables whose rows are kept in a way that nobody foresaw.
 * @throws SyncFailure `SourceIncomplete`
 */
export async function requireAllRead(
  source: Source,
  { name, rows }: ProjectedRelation,
  signal: AbortSignal,
): Promise<void> {
  if (!('leaves' in rows)) return;
  const { shown, read } = await countUnread(source, rows, signal);
  if (shown === read) return;
  throw new SyncFailure(
    'SourceIncomplete',
    `A select from ${name} shows ${shown} rows, but ${read} are found where PostgreSQL keeps the rows of a table.`,
  );
}
