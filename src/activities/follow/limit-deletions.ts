import { countDocuments } from '../../elasticsearch/documents/count-documents';
import { needsConsent } from '../../sync/delete-guard';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';

/** Milliseconds for which deletions of a relation count. */
const WINDOW_MS = 600_000;

interface Deletions {
  readonly from: number;
  count: number;
  documents?: number;
  isStopped: boolean;
}

/**
 * Bounds what a stream deletes of a relation within ten minutes, as a sync bounds what it deletes at all. Above it the
 * stream deletes nothing of it any more in these ten minutes: a sync decides, with its own guard.
 * @param onGap - hears of a relation that a sync has to read, and why
 */
export function limitDeletions(
  { settings, elasticsearch }: OpenConnector,
  { connectorId, concreteIndex }: SyncJob,
  onGap: (relation: string, reason: string) => void,
): (relation: string, documents: number) => boolean {
  const { maxDeleteRatio } = settings.limits;
  const byRelation = new Map<string, Deletions>();
  const current = (relation: string): Deletions => {
    const now = performance.now();
    const known = byRelation.get(relation);
    if (known !== undefined && now - known.from < WINDOW_MS) return known;
    const begun: Deletions = { from: now, count: 0, isStopped: false };
    byRelation.set(relation, begun);
    countDocuments(elasticsearch, concreteIndex, connectorId, relation).then(
      (documents) => {
        begun.documents = documents;
      },
      // Unknown, they count as none: the stream stops sooner, and a sync decides.
      () => undefined,
    );
    return begun;
  };
  return (relation, stale) => {
    const deletions = current(relation);
    const { documents = 0 } = deletions;
    if (!deletions.isStopped && needsConsent({ stale: deletions.count + stale, documents }, maxDeleteRatio)) {
      deletions.isStopped = true;
    }
    if (!deletions.isStopped) deletions.count += stale;
    else onGap(relation, 'more of its rows were deleted than max_delete_ratio allows without consent');
    return !deletions.isStopped;
  };
}
