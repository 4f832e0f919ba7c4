import type { Survey } from '../activities/contract/activity-results';
import { needsConsent } from '../sync/delete-guard';
import { SyncFailure } from '../sync/failures';
import { toApplicationFailure } from './explain-failure';
import type { SyncRun } from './sync-run';

/** Documents of a relation that are to be deleted. */
export interface StaleDocuments {
  readonly relation: string;
  readonly documents: number;
}

/**
 * Ends a sync that would delete more of the documents than `max_delete_ratio` without a person's consent, before the first
 * one goes.
 * @throws ApplicationFailure `MassDeletionRefused`
 */
export function refuseMassDeletion({ input, facts }: SyncRun, survey: Survey, found: readonly StaleDocuments[]): void {
  const documents = count(survey.relations) + count(survey.orphans) + count(survey.strays ?? []);
  const stale = count(found);
  const { connectorId, options } = input;
  const { maxDeleteRatio } = facts;
  if (options?.allowMassDelete === true || !needsConsent({ stale, documents }, maxDeleteRatio)) return;
  const relations = [...new Set(found.map(({ relation }) => relation))].slice(0, 10).join(', ');
  const message =
    `Connector ${connectorId}: ${stale} of ${documents} documents have no row any more, or one ` +
    `that an ingest pipeline drops (${relations}); ` +
    `that is more than max_delete_ratio ${maxDeleteRatio}, so nothing was deleted`;
  throw toApplicationFailure(new SyncFailure('MassDeletionRefused', message));
}

function count(list: readonly { readonly documents: number }[]): number {
  return list.reduce((total, { documents }) => total + documents, 0);
}
