import { findUnknownColumns } from '../documents/column-names';
import { SyncFailure } from '../sync/failures';
import { type OpenConnector } from './connector-registry';
import { type ProjectedRelation } from './projected-relation';

/**
 * A column that the configuration misspells would stay in documents by mistake.
 * @throws SyncFailure `InvalidConfig` naming every column that no relation has
 */
export function checkColumnNames({ settings }: OpenConnector, relations: readonly ProjectedRelation[]): void {
  const unknown = findUnknownColumns(
    relations.map(({ relation }) => relation),
    settings.documents,
  );
  if (unknown.length === 0) return;
  const list = unknown.map((name) => `"${name}"`).join(', ');
  throw new SyncFailure(
    'InvalidConfig',
    `Connector ${settings.id}: no relation has the column ${list}, which documents names.`,
    'Correct documents.exclude_columns, documents.mapping or documents.attachment.',
  );
}
