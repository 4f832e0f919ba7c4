import type { ConnectorSettings, TableSelection } from '../../config/settings/settings';
import { matchTables } from '../../postgres/catalog/match-tables';
import { SyncFailure } from '../../sync/failures';
import type { ConnectorState } from '../../sync/index-state';
import { parseRelation } from '../../sync/relation';
import type { SourceView } from './read-source';

/**
 * Relations that the index holds and the configuration no longer selects: their documents are stale.
 * @param forgotten names of relations whose documents may go although the configuration selects them
 * @throws SyncFailure for a relation that is selected as before and can't be read any more: a failed read never deletes
 */
export function findDropped(
  settings: ConnectorSettings,
  view: SourceView,
  state: ConnectorState | undefined,
  forgotten: ReadonlySet<string>,
): string[] {
  const readable = new Set(view.relations.map(({ name }) => name));
  const gone = Object.keys(state?.relations ?? {}).filter((name) => !readable.has(name));
  // Rules take the place of tables; a rule itself is only gone when somebody took it out of the file.
  const isRuled = settings.rules.advanced.length > 0;
  const isWanted = (name: string) => !isRuled && state?.relations[name]?.rule === undefined;
  const lost = gone.filter((name) => !forgotten.has(name) && isWanted(name) && isSelected(settings.selection, name));
  if (lost.length > 0) throw lostFailure(settings.id, lost, view);
  return gone;
}

/** Whether an entry of `tables` means a relation, be it there or not. */
export function isSelected({ schemas, tables }: TableSelection, name: string): boolean {
  const relation = parseRelation(name);
  return tables.some((entry) => matchTables(entry, schemas, [relation]).relations.length > 0);
}

function lostFailure(connectorId: string, lost: readonly string[], { skipped }: SourceView): SyncFailure {
  const reasons = new Map(skipped.map(({ relation, reason }) => [relation, reason]));
  const list = lost.map((name) => `${name} (${reasons.get(name) ?? 'there is no such table any more'})`).join(', ');
  const forget = lost.map((name) => `--forget ${quoteForShell(name)}`).join(' ');
  return new SyncFailure(
    'RelationMissing',
    `Connector ${connectorId}: the index holds documents of ${list}, which can't be read. Nothing was changed.`,
    `Restore the table, its key or the grant; to have its documents deleted, take it out of "tables" or run: pgferry sync ${connectorId} ${forget}`,
  );
}

function quoteForShell(name: string): string {
  return /^[\p{L}\p{N}_.%-]+$/u.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
