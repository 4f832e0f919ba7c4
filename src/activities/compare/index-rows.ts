import { copyByIds } from '../../postgres/rows/copy-by-ids';
import type { RelationReport } from '../../sync/report';
import { passVersion } from '../../sync/write-version';
import type { OpenConnector } from '../connector/connector-registry';
import type { CompareInput } from '../contract/activity-inputs';
import type { ActivityScope } from '../contract/activity-scope';
import { copyOptions } from '../copy/copy-options';
import { toReport } from '../copy/copy-progress';
import { withRepair } from '../copy/with-repair';
import { writePieces } from '../copy/write-pieces';
import type { ProjectedRelation } from '../plan/projected-relation';

/** Writes the documents of rows that the comparison found to lack a right one. */
export async function indexRows(
  connector: OpenConnector,
  { job, round }: CompareInput,
  { name, rows, projection }: ProjectedRelation,
  ids: readonly string[],
  scope: ActivityScope,
): Promise<RelationReport> {
  const version = passVersion(job, 'heal', round);
  return withRepair({ connector, job, relation: name, signal: scope.signal }, async (writer) => {
    const target = { connector, job, writer, relation: name, version, signal: scope.signal };
    const pieces = copyByIds(connector.source, { ...copyOptions(target, projection), rows, ids });
    const { acknowledged } = await writePieces(pieces, target);
    return toReport(name, await acknowledged);
  });
}
