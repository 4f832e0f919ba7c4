import type { ConnectorSettings } from '../../config/settings/settings';
import { SyncFailure } from '../../sync/failures';
import type { ConnectorState } from '../../sync/index-state';
import type { SourceView } from './read-source';

/**
 * Rules take effect with the next full sync.
 * @throws SyncFailure `FullSyncDue` where an incremental one finds other rules than those that the index was filled by
 */
export function checkRulesInEffect(
  settings: ConnectorSettings,
  view: SourceView,
  state: ConnectorState | undefined,
): void {
  const saved = Object.entries(state?.relations ?? {});
  if (saved.length === 0) return;
  const before = new Map(saved.flatMap(([name, { rule }]) => (rule === undefined ? [] : [[name, rule] as const])));
  const now = new Map(view.relations.flatMap(({ name, rule }) => (rule === undefined ? [] : [[name, rule] as const])));
  const isSame = before.size === now.size && [...now].every(([name, rule]) => before.get(name) === rule);
  if (isSame) return;
  throw new SyncFailure(
    'FullSyncDue',
    `Connector ${settings.id}: its advanced sync rules changed since the last full sync.`,
    `Run: pgferry sync ${settings.id} --full`,
  );
}
