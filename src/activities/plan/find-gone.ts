import type { ConnectorSettings, TableSelection } from '../../config/settings/settings';
import { matchTables } from '../../postgres/catalog/match-tables';
import type { ConnectorState } from '../../sync/index-state';
import { isOfIndex } from '../../sync/indices/index-naming';
import { parseRelation } from '../../sync/relation';
import type { FailedRelation } from '../../sync/relation-failure';
import type { SourceView } from './read-source';

/** Relations of the saved state that this sync does not read. */
export interface GoneRelations {
  /** No longer selected: their documents are stale. */
  readonly dropped: readonly string[];
  /** Selected as before, and not to be read any more: a failed read never deletes. */
  readonly lost: readonly FailedRelation[];
}

/**
 * Parts the relations that the index holds and the sync does not read.
 * @param readable - names of relations that the sync reads
 * @param forgotten - names of relations whose documents may go although the configuration selects them
 * @param failing - names of relations that are selected and can't be read, whatever the index holds of them
 */
export function findGone(
  settings: ConnectorSettings,
  { skipped }: Pick<SourceView, 'skipped'>,
  state: ConnectorState | undefined,
  { readable, forgotten, failing }: Readonly<Record<'readable' | 'forgotten' | 'failing', ReadonlySet<string>>>,
): GoneRelations {
  const gone = Object.keys(state?.relations ?? {}).filter((name) => !readable.has(name) && !failing.has(name));
  // Rules take the place of tables; a rule itself is only gone when somebody took it out of the file.
  const isRuled = settings.rules.advanced.length > 0;
  const isWanted = (name: string) => !isRuled && state?.relations[name]?.rule === undefined;
  const isLost = (name: string) =>
    !forgotten.has(name) && isWanted(name) && isOfIndex(settings, name) && isSelected(settings.selection, name);
  const reasons = new Map(skipped.map(({ relation, reason }) => [relation, reason]));
  return {
    dropped: gone.filter((name) => !isLost(name)),
    lost: gone.filter(isLost).map((name) => describeLost(settings, name, reasons.get(name))),
  };
}

/** Whether an entry of `tables` means a relation, be it there or not. */
export function isSelected({ schemas, tables }: TableSelection, name: string): boolean {
  const relation = parseRelation(name);
  return tables.some((entry) => matchTables(entry, schemas, [relation]).relations.length > 0);
}

/** The failure of a relation that the index holds documents of, and that can't be read. */
export function describeLost(
  { id, indexNaming }: Pick<ConnectorSettings, 'id' | 'indexNaming'>,
  relation: string,
  reason = 'there is no such table any more',
): FailedRelation {
  const message =
    `the index holds documents of ${relation} (${reason}), which can't be read. ` + 'Nothing of them was changed.';
  const command = `pgferry sync ${id} --forget ${quoteForShell(relation)}`;
  const goes = indexNaming === undefined ? 'documents deleted, take it out of "tables" or run' : 'index deleted, run';
  const remedy = `Restore the table, its key or the grant; to have its ${goes}: ${command}`;
  return { relation, failure: { type: 'RelationMissing', message, remedy } };
}

function quoteForShell(name: string): string {
  return /^[\p{L}\p{N}_.%-]+$/u.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
