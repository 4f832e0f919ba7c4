import { scanRowCounts } from '../../elasticsearch/documents/scan-fingerprints';
import { copyDifferingTrees } from '../../postgres/tree-rows/copy-differing-trees';
import { HASH_MODULUS, type RowsDigest } from '../../sync/digests/id-digest';
import { relationField } from '../../sync/relation';
import { emptyReport, type RelationReport } from '../../sync/report';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CompareInput } from '../contract/activity-inputs';
import type { ActivityScope } from '../contract/activity-scope';
import { copyOptions } from '../copy/copy-options';
import { toReport } from '../copy/copy-progress';
import { withRepair } from '../copy/with-repair';
import { writePieces } from '../copy/write-pieces';
import { FingerprintMap } from '../id-sets/fingerprint-map';
import type { ProjectedRelation } from '../plan/projected-relation';

/**
 * Writes the documents again from which rows of other tables have gone: those that count other rows than there are. A
 * relation whose documents hold none has nothing to heal.
 */
export async function healTrees(
  connector: OpenConnector,
  { job, round, part }: CompareInput,
  { name, rows, projection }: ProjectedRelation,
  scope: ActivityScope,
): Promise<RelationReport> {
  const { tree } = projection;
  if (tree === undefined || !('leaves' in rows)) return emptyReport(name);
  const { signal } = scope;
  const documents = new FingerprintMap();
  const field = relationField(job.connectorId, name);
  const scan = { index: job.concreteIndex, relationField: field, buckets: part.buckets, signal };
  for await (const page of scanRowCounts(connector.elasticsearch, scan)) {
    for (const { id, ...counts } of page) documents.set(id, asNumber(counts));
    scope.heartbeat();
  }
  // Rows without a document have been looked at by their ids.
  const differs = (id: string, counts: RowsDigest) => documents.has(id) && documents.get(id) !== asNumber(counts);
  const version = passVersion(job, 'heal', round);
  return withRepair({ connector, job, relation: name, signal }, async (writer) => {
    const target = { connector, job, writer, relation: name, version, signal };
    const request = { ...copyOptions(target, projection), rows, tree, buckets: part.buckets, differs };
    const { acknowledged } = await writePieces(copyDifferingTrees(connector.source, request), target);
    return toReport(name, await acknowledged);
  });
}

/** Hashes are below their modulus, so that both make one number. */
function asNumber({ count, hash }: RowsDigest): number {
  return count * HASH_MODULUS + hash;
}
