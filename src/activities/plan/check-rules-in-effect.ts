import type { ConnectorSettings } from '../../config/settings/settings';
import { SyncFailure } from '../../sync/failures';
import type { ConnectorState } from '../../sync/index-state';
import type { PartedView } from './part-readable';

/**
 * Rules take effect with the next full sync.
 * @throws SyncFailure `FullSyncDue` where an incremental one finds other rules than those that the index was filled by
 */
export function checkRulesInEffect(
  settings: ConnectorSettings,
  { relations, failed }: Pick<PartedView, 'relations' | 'failed'>,
  state: ConnectorState | undefined,
): void {
  const saved = Object.entries(state?.relations ?? {});
  if (saved.length === 0) return;
  const failing = new Set(failed.map(({ relation }) => relation));
  const rulesOf = (named: readonly { readonly name: string; readonly rule?: string }[]) =>
    new Map(
      named.flatMap(({ name, rule }) => (rule === undefined || failing.has(name) ? [] : [[name, rule] as const])),
    );
  const before = rulesOf(saved.map(([name, state]) => ({ ...state, name })));
  const now = rulesOf(relations);
  const isSame = before.size === now.size && [...now].every(([name, rule]) => before.get(name) === rule);
  if (isSame) return;
  throw new SyncFailure(
    'FullSyncDue',
    `Connector ${settings.id}: its advanced sync rules changed since the last full sync.`,
    `Run: pgferry sync ${settings.id} --full`,
  );
}
