import type { BulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { listDeadLetters } from '../../elasticsearch/dead-letters/list-dead-letters';
import { countDocuments } from '../../elasticsearch/documents/count-documents';
import { scanFingerprints } from '../../elasticsearch/documents/scan-fingerprints';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { refreshIndex } from '../../elasticsearch/index/refresh-index';
import type { AmbiguousId, AmbiguousPiece, CopyPiece, RowsPiece } from '../../postgres/rows/copy-piece';
import { copyQuery } from '../../postgres/rows/copy-query';
import type { QueryRows } from '../../postgres/rows/row-source';
import { type BucketRange, cutBuckets } from '../../sync/bucket-ranges';
import type { WholePartition } from '../../sync/partitions';
import { relationField } from '../../sync/relation';
import type { SyncJob } from '../../sync/sync-plan';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { SyncRound } from '../contract/activity-inputs';
import { FingerprintMap } from '../id-sets/fingerprint-map';
import type { ProjectedRelation } from '../plan/projected-relation';
import { openRelation } from '../plan/relation-cache';
import { copyOptions } from './copy-options';
import type { CopyProgress } from './copy-progress';
import { dropNeedlessRows } from './drop-needless-rows';
import { refuseAmbiguousIds } from './refuse-ambiguous-ids';
import { writePieces } from './write-pieces';

/** Documents whose fingerprints are held at once: some 50 MB. */
const DOCUMENTS_PER_RANGE = 1_000_000;

/** A relation to read as a whole, and where its rows go. */
export interface WholeCopy {
  readonly partition: WholePartition;
  /** Place of the partition in the task. */
  readonly position: number;
  /** Bucket to begin with. */
  readonly from: number;
  readonly writer: BulkWriter;
  readonly progress: CopyProgress;
  readonly signal: AbortSignal;
}

interface WholeRange extends WholeCopy {
  readonly job: SyncJob;
  readonly version: number;
  readonly projected: ProjectedRelation;
  readonly rows: QueryRows;
  readonly range: BucketRange;
}

/**
 * Reads a view, a foreign table or a rule from its start and sends the rows whose fingerprint differs from their
 * document's, or every row where no fingerprint counts. Where the index holds very many documents of it, it is read
 * once for each range of buckets.
 */
export async function copyWholeRelation(
  connector: OpenConnector,
  { job, round }: SyncRound,
  copy: WholeCopy,
): Promise<void> {
  const projected = await openRelation(connector, job, copy.partition);
  if (!('from' in projected.rows)) throw new Error(`${projected.name} has leaves and is not read as a whole`);
  await refreshIndex(connector.elasticsearch, job.concreteIndex);
  const { relation } = copy.partition;
  const documents = await countDocuments(connector.elasticsearch, job.concreteIndex, job.connectorId, relation);
  const context = { ...copy, job, version: passVersion(job, 'copy', round), projected, rows: projected.rows };
  for (const { from, to } of cutBuckets(documents, DOCUMENTS_PER_RANGE)) {
    const range = { from: Math.max(from, copy.from), to };
    if (range.from < range.to) await copyRange(connector, { ...context, range });
  }
}

async function copyRange(connector: OpenConnector, context: WholeRange): Promise<void> {
  const { partition, position, writer, progress, signal, job, version, projected, rows, range } = context;
  const started = performance.now();
  const known = {
    documents: await readFingerprints(connector, context),
    dropped: await readDropped(connector, context),
  };
  const target = { connector, job, writer, relation: partition.relation, version, signal };
  const pieces = copyQuery(connector.source, {
    ...copyOptions(target, projected.projection),
    rows,
    key: projected.relation.key,
    buckets: range,
    maxAmbiguous: connector.settings.limits.maxRejected + 1,
  });
  const passedOver = { unchanged: 0, rejected: 0, dropped: 0 };
  const needed = neededPieces(pieces, known, passedOver, (ambiguous) =>
    refuseAmbiguousIds(ambiguous, {
      ...target,
      key: projected.relation.key,
      isIndexed: (id) => known.documents.has(id),
    }),
  );
  const { acknowledged } = await writePieces(needed, target);
  connector.meter.rowsRead(passedOver.unchanged + passedOver.rejected + passedOver.dropped);
  connector.meter.documents('unchanged', passedOver.unchanged);
  connector.meter.documents('rejected', passedOver.rejected);
  const written = acknowledged.then((outcome) => ({
    ...outcome,
    read: outcome.read + passedOver.unchanged + passedOver.rejected + passedOver.dropped,
    rejected: outcome.rejected + passedOver.rejected,
    dropped: outcome.dropped + passedOver.dropped,
  }));
  const seconds = (performance.now() - started) / 1_000;
  progress.follow(written, { relation: partition.relation, position, block: range.to, seconds });
}

async function readFingerprints(
  connector: OpenConnector,
  { job, partition, range, signal }: WholeRange,
): Promise<FingerprintMap> {
  const known = new FingerprintMap();
  const scan = {
    index: job.concreteIndex,
    relationField: relationField(job.connectorId, partition.relation),
    buckets: [range],
    signal,
  };
  for await (const page of scanFingerprints(connector.elasticsearch, scan)) {
    for (const { id, fingerprint } of page) known.set(id, partition.unproven ? NaN : fingerprint);
  }
  return known;
}

/** The rows that pipelines have dropped, as they were then; those to be tried again have the fingerprint of no row. */
async function readDropped(connector: OpenConnector, { job, partition }: WholeRange): Promise<FingerprintMap> {
  const known = new FingerprintMap();
  const { connectorId, pipelines, retryDropped = false } = job;
  const filter = { connectorId, relation: partition.relation, kind: 'dropped' as const };
  for await (const letters of listDeadLetters(connector.elasticsearch, deadLetterIndexName(job), filter)) {
    for (const { documentId, dropped } of letters) {
      if (documentId === undefined) continue;
      const isRight = !retryDropped && dropped !== undefined && dropped.digest === pipelines?.digest;
      known.set(documentId, isRight ? (dropped.fingerprint ?? NaN) : NaN);
    }
  }
  return known;
}

interface PassedOver {
  unchanged: number;
  rejected: number;
  dropped: number;
}

/** Fingerprints of what needs no writing. */
interface KnownRows {
  readonly documents: FingerprintMap;
  /** Of rows that have no document since a pipeline drops them. */
  readonly dropped: FingerprintMap;
}

/** Leaves out rows whose document is right already, and those that share an id. */
async function* neededPieces(
  pieces: AsyncIterable<AmbiguousPiece | CopyPiece>,
  known: KnownRows,
  passedOver: PassedOver,
  refuse: (ambiguous: readonly AmbiguousId[]) => Promise<void>,
): AsyncGenerator<CopyPiece, void> {
  const ambiguous = new Set<string>();
  for await (const piece of pieces) {
    switch (piece.kind) {
      case 'ambiguous':
        await refuse(piece.ids);
        for (const { id } of piece.ids) ambiguous.add(id);
        break;
      case 'rows':
        yield* neededRows(piece, known, passedOver, ambiguous);
        break;
      case 'refused': {
        const rows = piece.rows.filter(({ id }) => id === undefined || !ambiguous.has(id));
        if (rows.length > 0) yield { kind: 'refused', rows };
        break;
      }
      case 'restart':
        passedOver.unchanged = passedOver.rejected = passedOver.dropped = 0;
        yield piece;
        break;
    }
  }
}

function* neededRows(
  piece: RowsPiece,
  known: KnownRows,
  passedOver: PassedOver,
  ambiguous: ReadonlySet<string>,
): Generator<RowsPiece, void, undefined> {
  const omitted = new Map<number, number>();
  let kept = 0;
  const body = dropNeedlessRows(piece.body, ({ id, fingerprint, item }) => {
    const isRefused = ambiguous.has(id);
    const asDropped = known.dropped.get(id);
    const isDropped = !isRefused && asDropped === fingerprint;
    // A document of a row that was dropped since is one from before, whatever it says.
    const isUnchanged = !isRefused && asDropped === undefined && known.documents.get(id) === fingerprint;
    if (isRefused) passedOver.rejected += 1;
    if (isUnchanged) passedOver.unchanged += 1;
    if (isDropped) passedOver.dropped += 1;
    if (isRefused || isUnchanged || isDropped) return false;
    const values = piece.omitted.get(item);
    if (values !== undefined) omitted.set(kept, values);
    kept += 1;
    return true;
  });
  if (kept > 0) yield { ...piece, body, omitted };
  else piece.giveBack();
}
