import { DROPPED } from '../../elasticsearch/dead-letters/dead-letter';
import { deadLetterId } from '../../elasticsearch/dead-letters/dead-letter-id';
import { lookUpDocuments } from '../../elasticsearch/documents/look-up-documents';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import type { CopyPiece, SharedId, SharedPiece } from '../../postgres/rows/copy-piece';
import type { ReadBefore, SharedKeys } from '../../postgres/rows/shared-keys';
import { mayShareIds, type Relation } from '../../sync/relation';
import { addReports, emptyReport, type RelationReport } from '../../sync/report';
import type { OpenConnector } from '../connector/connector-registry';
import { toReport } from './copy-progress';
import { KEY_IS_NULL, KEY_NOT_UNIQUE, refuseAmbiguousIds } from './refuse-ambiguous-ids';
import { type PieceTarget, writePieces } from './write-pieces';

/** A target of pieces whose rows may share their key. */
export interface KeyedTarget extends PieceTarget {
  readonly key: readonly string[];
}

/** @returns undefined where an index makes sure that no rows of the relation share a key */
export function sharedKeysOf(
  { settings }: OpenConnector,
  relation: Relation,
  readBefore?: ReadBefore,
): SharedKeys | undefined {
  if (!mayShareIds(relation)) return undefined;
  return { key: relation.key, limit: settings.limits.maxRejected + 1, readBefore };
}

/** Writes what is read of a relation; ids that several of its rows share become dead letters instead. */
export async function writeUnshared(
  pieces: AsyncIterable<SharedPiece | CopyPiece>,
  target: KeyedTarget,
): Promise<RelationReport> {
  let refused = emptyReport(target.relation);
  const unshared = async function* (): AsyncGenerator<CopyPiece> {
    for await (const piece of pieces) {
      if (piece.kind === 'shared') refused = addReports(refused, await refuseSharedIds(target, piece.ids));
      else yield piece;
    }
  };
  const { acknowledged } = await writePieces(unshared(), target);
  return addReports(refused, toReport(target.relation, await acknowledged));
}

/**
 * Makes ids that several rows share dead letters, without documents.
 * @returns a report that takes back what was counted of their rows before
 */
export async function refuseSharedIds(target: KeyedTarget, shared: readonly SharedId[]): Promise<RelationReport> {
  if (shared.length === 0) return emptyReport(target.relation);
  const report = toRefused(target.relation, shared, await readFates(target, shared));
  await refuseAmbiguousIds(shared, { ...target, isIndexed: () => true });
  await target.writer.flush();
  return report;
}

/** What became of an id's rows before it was known that they share it. */
interface Fate {
  readonly hasDocument: boolean;
  /** Why a row of it became none; `shared` where this sync knew when it began. */
  readonly refused?: 'rejected' | 'dropped' | 'shared';
}

async function readFates(
  { connector: { elasticsearch }, job, relation, version: passVersion, signal }: PieceTarget,
  shared: readonly SharedId[],
): Promise<(id: string) => Fate> {
  const ids = shared.flatMap(({ id, old }) => (old === 0 ? [] : [id]));
  const letterIdOf = (documentId: string) => deadLetterId({ connectorId: job.connectorId, relation, documentId });
  const letters = {
    index: deadLetterIndexName(job),
    ids: ids.map(letterIdOf),
    fields: ['error_type', 'version'],
  };
  const [written, refused] = await Promise.all([
    lookUpDocuments(elasticsearch, { index: job.concreteIndex, ids, signal }),
    lookUpDocuments(elasticsearch, { ...letters, signal }),
  ]);
  return (id) => {
    const hasDocument = (written.get(id)?.version ?? 0) >= job.version;
    const { error_type: type, version = 0 } = refused.get(letterIdOf(id))?.fields ?? {};
    // A letter of this pass itself is from an attempt that was broken off.
    const isOfJob = Number(version) >= job.version && Number(version) < passVersion;
    if (!isOfJob) return { hasDocument };
    if (type === KEY_IS_NULL || type === KEY_NOT_UNIQUE) return { hasDocument, refused: 'shared' };
    return { hasDocument, refused: type === DROPPED ? 'dropped' : 'rejected' };
  };
}

/** All rows of these ids are rejected now; what they were counted as before is taken back. */
function toRefused(relation: string, shared: readonly SharedId[], fateOf: (id: string) => Fate): RelationReport {
  let [read, indexed, rejected, surplus] = [0, 0, 0, 0];
  for (const { id, rows, counted, old } of shared) {
    const { hasDocument, refused } = fateOf(id);
    if (refused === 'shared') {
      read += rows - old;
      rejected += rows - old;
      surplus += rows - old;
      continue;
    }
    // An id has one document and one dead letter: of three rows or more it can't be told how many became which.
    const wereIndexed = refused === undefined ? counted : hasDocument ? Math.max(0, counted - 1) : 0;
    read += rows - counted;
    indexed -= wereIndexed;
    rejected += refused === 'rejected' ? rows - counted + wereIndexed : rows;
    surplus += rows - 1;
  }
  return { ...emptyReport(relation), read, indexed, rejected, surplus };
}
