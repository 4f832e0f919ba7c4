import type { ConnectorSettings } from '../../config/settings/settings';
import { findUnknownColumns, findWrongAttachment } from '../../documents/fields/column-names';
import { SyncFailure } from '../../sync/failures';
import type { ProjectedRelation } from './projected-relation';

/**
 * A column that the configuration misspells would stay in documents by mistake.
 * @param isElsewhere - whether a column (`schema.table.column`) may be that of a relation which is none of these
 * @throws SyncFailure `InvalidConfig` naming every column that no relation has, or an attachment that is none
 */
export function checkColumnNames(
  settings: ConnectorSettings,
  relations: readonly ProjectedRelation[],
  isElsewhere: (column: string) => boolean,
): void {
  const described = relations.map(({ relation }) => relation);
  const wrongType = findWrongAttachment(described, settings.documents);
  if (wrongType !== undefined) {
    const message =
      `Connector ${settings.id}: documents.attachment names ${settings.documents.attachment ?? ''}, which ` +
      `is of type ${wrongType}.`;
    throw new SyncFailure('InvalidConfig', message, 'Name a column of type bytea.');
  }
  const unknown = findUnknownColumns(described, settings.documents).filter((column) => !isElsewhere(column));
  if (unknown.length === 0) return;
  const list = unknown.map((name) => `"${name}"`).join(', ');
  throw new SyncFailure(
    'InvalidConfig',
    `Connector ${settings.id}: no relation has the column ${list}, which documents names.`,
    'Correct documents.exclude_columns, documents.mapping or documents.attachment.',
  );
}
