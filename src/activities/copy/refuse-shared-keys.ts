import { DROPPED } from '../../elasticsearch/dead-letters/dead-letter';
import { deadLetterId } from '../../elasticsearch/dead-letters/dead-letter-id';
import { lookUpDocuments } from '../../elasticsearch/documents/look-up-documents';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import type { SharedId } from '../../postgres/rows/copy-piece';
import { type AmbiguityScope, type CountedRows, readAmbiguousIds } from '../../postgres/rows/find-ambiguous-ids';
import type { LeafRows } from '../../postgres/rows/row-source';
import { emptyReport, type RelationReport } from '../../sync/report';
import type { ProjectedRelation } from '../plan/projected-relation';
import { KEY_IS_NULL, KEY_NOT_UNIQUE, refuseAmbiguousIds } from './refuse-ambiguous-ids';
import type { PieceTarget } from './write-pieces';

/** Relation and rows to search for shared keys. */
export interface SharedKeySearch {
  readonly projected: ProjectedRelation;
  readonly rows: LeafRows;
  readonly scope: AmbiguityScope;
  /** Rows that were counted as indexed, since each was written. Absent: none. */
  readonly counted?: CountedRows;
}

/** Rows that became dead letters. */
export interface RefusedRows {
  /** Takes back what was counted of them before. */
  readonly report: RelationReport;
  readonly refused: ReadonlySet<string>;
}

/**
 * An index holds for one table: rows of tables that inherit may have the same key. Their ids become dead letters, and
 * the document of whichever was written last goes.
 */
export async function refuseSharedKeys(
  target: PieceTarget,
  { projected, rows, scope, counted }: SharedKeySearch,
): Promise<RefusedRows> {
  const { connector, signal } = target;
  const { key } = projected.relation;
  const shared = await readAmbiguousIds(connector.source, {
    rows,
    identity: projected.projection,
    key,
    limit: connector.settings.limits.maxRejected + 1,
    scope,
    counted,
    signal,
  });
  const report = toReport(target.relation, shared, await readFates(target, shared));
  await refuseAmbiguousIds(shared, { ...target, key, isIndexed: () => true });
  await target.writer.flush();
  return { report, refused: new Set(shared.map(({ id }) => id)) };
}

/** What became of an id's rows before it was known that they share it. */
interface Fate {
  readonly hasDocument: boolean;
  /** Why a row of it became none. */
  readonly refused?: 'rejected' | 'dropped';
}

async function readFates(
  { connector: { elasticsearch }, job, signal }: PieceTarget,
  shared: readonly SharedId[],
): Promise<(id: string) => Fate> {
  const ids = shared.flatMap(({ id, counted }) => (counted === 0 ? [] : [id]));
  const letterIdOf = (documentId: string) => deadLetterId({ connectorId: job.connectorId, documentId });
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
    // A letter of this step itself is from an attempt that was broken off.
    const isOfCopy = Number(version) >= job.version && type !== KEY_IS_NULL && type !== KEY_NOT_UNIQUE;
    return { hasDocument, ...(isOfCopy ? { refused: type === DROPPED ? 'dropped' : 'rejected' } : {}) };
  };
}

/** All rows of these ids are rejected now; what they were counted as before is taken back. */
function toReport(relation: string, shared: readonly SharedId[], fateOf: (id: string) => Fate): RelationReport {
  let [indexed, rejected, surplus] = [0, 0, 0];
  for (const { id, rows, counted } of shared) {
    const { hasDocument, refused } = fateOf(id);
    // An id has one document and one dead letter: of three rows or more it can't be told how many became which.
    const wereIndexed = refused === undefined ? counted : hasDocument ? Math.max(0, counted - 1) : 0;
    indexed -= wereIndexed;
    rejected += refused === 'rejected' ? rows - counted + wereIndexed : rows;
    surplus += rows - 1;
  }
  return { ...emptyReport(relation), indexed, rejected, surplus };
}
