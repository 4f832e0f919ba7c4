import type { BulkWriter } from '../../../elasticsearch/bulk-writer/bulk-writer';
import { type Transaction, withTransaction } from '../../../postgres/connection/transaction';
import { copyByKeys, idsOfKeys, idsWithoutRow } from '../../../postgres/rows/copy-by-keys';
import { deleteBody } from '../../../sync/bulk-item';
import type { Relation } from '../../../sync/relation';
import type { SyncJob } from '../../../sync/sync-plan';
import type { OpenConnector } from '../../connector/connector-registry';
import { copyOptions } from '../../copy/copy-options';
import { writePieces } from '../../copy/write-pieces';
import type { ProjectedRelation } from '../../plan/projected-relation';
import type { TakenHints } from './pending-hints';
import type { LetterSettler } from './settle-letters';

/** Where a stream's documents go. */
export interface StreamTarget {
  readonly connector: OpenConnector;
  readonly job: SyncJob;
  readonly writer: BulkWriter;
  readonly signal: AbortSignal;
  /** Whether so many more documents of a relation may be deleted. */
  readonly mayDelete: (relation: string, documents: number) => Promise<boolean>;
  readonly settleLetters: LetterSettler;
}

/** Fates of documents. */
export interface WrittenHints {
  readonly relation: string;
  readonly written: number;
  readonly deleted: number;
  /** Kept as dead letters. */
  readonly rejected: number;
  /** Dropped by an ingest pipeline: what was there of them before is deleted. */
  readonly dropped: number;
}

/**
 * Reads the hinted rows of a relation again and writes their documents; those of rows that are gone, or that are no
 * longer selected, are deleted.
 * @returns resolved when everything is read; `acknowledged` when Elasticsearch has it
 */
export async function writeHinted(
  tx: Transaction,
  target: StreamTarget,
  { relation, projection, name }: ProjectedRelation,
  { hints }: TakenHints,
  version: number,
): Promise<{ readonly acknowledged: Promise<WrittenHints> }> {
  const { connector, job, writer, signal } = target;
  const keys = hints.map(({ key }) => key);
  const piece = { connector, job, writer, relation: name, version, signal };
  const pieces = copyByKeys(tx, relation, keys, copyOptions(piece, projection));
  const { acknowledged, read } = await writePieces(pieces, piece);
  // As many rows as keys: none is gone, which is nearly always so.
  const isComplete = read === keys.length && hasExactKey(relation);
  const gone = isComplete ? [] : await idsWithoutRow(tx, relation, keys, projection);
  const deletions: Promise<{ readonly deleted: number }>[] = [];
  if (gone.length > 0 && (await target.mayDelete(name, gone.length))) {
    const accepted = await writer.accept(deleteBody(gone, version), name);
    deletions.push(accepted.acknowledged);
  }
  const documentIds = () => withTransaction(connector.source, (later) => idsOfKeys(later, relation, keys, projection));
  const all = Promise.all([acknowledged, ...deletions]).then(async ([written, deletion]) => {
    const { indexed, rejected, dropped } = written;
    const outcome = { relation: name, written: indexed, deleted: deletion?.deleted ?? 0, rejected, dropped };
    await target.settleLetters({ relation: name, documentIds, version, hasLetters: rejected + dropped > 0 });
    return outcome;
  });
  all.catch(() => undefined);
  return { acknowledged: all };
}

/** Types whose values have one text each. */
const EXACT_TYPES: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint', 'uuid', 'date']);

/** By the collation of a text, two keys may find one row, which then counts twice. */
function hasExactKey({ key, columns }: Relation): boolean {
  const types = new Map(columns.map(({ name, type }) => [name, type.sqlName]));
  return key.every((name) => EXACT_TYPES.has(types.get(name) ?? ''));
}
