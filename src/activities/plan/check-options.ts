import type { ConnectorSettings } from '../../config/settings/settings';
import { findRootless } from '../../postgres/trees/find-rootless';
import { parseRelation, plainName } from '../../sync/relation';
import type { FailedRelation } from '../../sync/relation-failure';
import type { OpenConnector } from '../connector/connector-registry';
import { checkBasicRules } from './check-basic-rules';
import { checkColumnNames } from './check-column-names';
import type { ConnectorIndices } from './list-indices';
import { readSource, type SourceView, toFailedRelation } from './read-source';

/**
 * Checks what a connector whose tables have their own indices says of columns, fields and trees: each is of one table or
 * another, so that only all of them together show that it is of none.
 * @param view - of all tables; absent: they are read where there is anything to check
 * @returns trees whose root is none of the tables
 * @throws SyncFailure `InvalidConfig`, `InvalidRule` naming every column and field that no table has
 */
export async function checkOptions(
  { settings, source }: Pick<OpenConnector, 'settings' | 'source'>,
  { failed, left, skipped }: Pick<ConnectorIndices, 'failed' | 'left' | 'skipped'>,
  view?: SourceView,
): Promise<readonly FailedRelation[]> {
  if (!namesColumns(settings)) return [];
  const { relations, problems } = view ?? (await readSource({ settings, source }, new Date().toISOString()));
  const isAnyUnread = failed.length + problems.length > 0;
  await checkBasicRules(
    settings,
    source,
    relations,
    (field) => isAnyUnread || left.some(({ relation }) => mayBeField(settings, relation, field)),
  );
  checkColumnNames(
    settings,
    relations,
    (column) => isAnyUnread || left.some(({ relation }) => column.startsWith(`${plainName(relation)}.`)),
  );
  const told = [...failed, ...left].map(({ relation }) => ({ relation, reason: '' }));
  const described = relations.map(({ relation }) => relation);
  return findRootless(settings, described, { problems, skipped: [...skipped, ...told] }).map(toFailedRelation);
}

function namesColumns({ documents, rules }: ConnectorSettings): boolean {
  const { excludeColumns, mapping, attachment, nested = {} } = documents;
  const named = excludeColumns.length + Object.keys(mapping).length + Object.keys(nested).length;
  return named + rules.basic.length > 0 || attachment !== undefined;
}

/** Whether a field may be that of a table that went; plain names don't tell. */
function mayBeField({ documents }: ConnectorSettings, relation: string, field: string): boolean {
  const { schema, table } = parseRelation(relation);
  return documents.fieldNames === 'plain' || field.startsWith(`${schema}_${table}_`.toLowerCase());
}
