import { copyByIds } from '../../postgres/rows/copy-by-ids';
import type { RelationReport } from '../../sync/report';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CompareInput } from '../contract/activity-inputs';
import type { ActivityScope } from '../contract/activity-scope';
import { copyOptions } from '../copy/copy-options';
import { withRepair } from '../copy/with-repair';
import { sharedKeysOf, writeUnshared } from '../copy/write-unshared';
import type { ProjectedRelation } from '../plan/projected-relation';

/** Writes the documents of rows that the comparison found to lack a right one. */
export async function indexRows(
  connector: OpenConnector,
  { job, round }: CompareInput,
  { name, rows, projection, relation }: ProjectedRelation,
  ids: readonly string[],
  scope: ActivityScope,
): Promise<RelationReport> {
  const version = passVersion(job, 'heal', round);
  return withRepair({ connector, job, relation: name, signal: scope.signal }, async (writer) => {
    const target = { connector, job, writer, relation: name, version, signal: scope.signal, key: relation.key };
    const sharedKeys = sharedKeysOf(connector, relation);
    const pieces = copyByIds(connector.source, { ...copyOptions(target, projection), rows, ids, sharedKeys });
    return writeUnshared(pieces, target);
  });
}
