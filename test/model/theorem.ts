import type { Document, Row, Step, Sync, World } from './world';

/**
 * The theorem of docs/architecture.md, as what must hold in every world that the model can reach:
 *
 * 1. When a sync completes, a row that was there all the time since it began has a document, equal to the row at some
 *    moment of that time; a row that was never there has none. An incremental sync, which compares counts, promises the
 *    latter only where no row came or went meanwhile. Rows that came or went are the next sync's; beside a stream this is
 *    the stream's to see to, as 3 says.
 * 2. Where nothing was written since it began, documents equal rows, whatever arrives late.
 * 3. While a stream follows and has nothing to do, documents equal rows without any further sync.
 * 4. No sync meets a version that none of pgferry's writers had, or will have reached by now.
 *
 * @returns what is wrong, in a sentence; undefined where all hold
 */
export function findViolation({ world, completed }: Step): string | undefined {
  return (
    (completed === undefined ? undefined : findOutdated(completed, world)) ??
    findUnequal(world) ??
    world.refusal ??
    undefined
  );
}

function findOutdated(sync: Sync, after: World): string | undefined {
  if (sync.isBesideStream) return undefined;
  const isCounted = sync.isFull || !sync.seen.some((seen) => seen.includes(null) && seen.some((xid) => xid !== null));
  for (const [key, seen] of sync.seen.entries()) {
    const document = after.documents[key] ?? null;
    const content = document?.xid ?? null;
    const isThere = !seen.includes(null);
    if (!isThere && !(isCounted && seen.every((xid) => xid === null))) continue;
    if (!seen.includes(content)) return `${describeDocument(key, document)}, as the row never was since the sync began`;
    if (content !== null && document?.definition !== after.definition) return describeDefinition(key);
  }
  return undefined;
}

function findUnequal(world: World): string | undefined {
  const { atRest, following, stream, transactions, requests } = world;
  const hasNothingToDo =
    stream !== null &&
    stream.hints.length + stream.reading.length + stream.awaits.length + transactions.length === 0 &&
    !requests.some(({ orphaned }) => orphaned);
  if (!atRest && !(following && hasNothingToDo)) return undefined;
  for (const [key, row] of world.rows.entries()) {
    const document = world.documents[key] ?? null;
    const where = atRest ? 'after a sync at rest' : 'although the stream has nothing to do';
    if ((row?.xid ?? null) !== (document?.xid ?? null)) {
      return `${describeRow(key, row)} and ${describeDocument(key, document)} ${where}`;
    }
    if (row !== null && document?.definition !== world.definition) return describeDefinition(key);
  }
  return undefined;
}

function describeRow(key: number, row: Row | null): string {
  return row === null ? `row ${key} is not there` : `row ${key} has content ${row.xid}`;
}

function describeDocument(key: number, document: Document | null): string {
  const content = document?.xid ?? null;
  return content === null ? `row ${key} has no document` : `the document of row ${key} has content ${content}`;
}

function describeDefinition(key: number): string {
  return `the document of row ${key} is made by an outdated definition`;
}
