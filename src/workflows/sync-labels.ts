import { patched, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';

import type { SyncInput } from '../sync/job';
import { type RelationReport, sumReports, type SyncReport } from '../sync/report';
import { CONNECTOR_ID, JOB_TYPE, type LabelledStatus, SYNC_STATUS } from '../sync/wire/search-attributes';
import type { SyncMemo } from '../sync/wire/workflow-names';

/** The face of a sync in Temporal's lists: a memo always, search attributes where they are registered. */
export interface SyncLabels {
  /** To be called once the worker has said whether search attributes are registered: else setting one fails for ever. */
  readonly begin: (facts: { readonly searchAttributes?: boolean }) => void;
  /** Keeps under which definition the connector is synced, and of whose file: who starts it anew can tell. */
  readonly define: (facts: LabelFacts) => void;
  readonly show: (status: LabelledStatus) => void;
  /** Keeps all of that at once, of a sync that was done at its first look. */
  readonly completeAtOnce: (facts: LabelFacts, report: SyncReport) => void;
  /** Keeps the totals of a sync that completed. */
  readonly complete: (report: SyncReport) => void;
  /** Keeps how far a sync got that did not complete. */
  readonly end: (status: 'cancelled' | 'failed', reports: readonly RelationReport[]) => void;
}

/** What the first step tells of the worker and of the connector. */
interface LabelFacts {
  readonly definition: string;
  readonly worker?: string;
  readonly searchAttributes?: boolean;
}

/**
 * Labels a sync with its connector and kind.
 * @param isLooking - it may be done at its first look: each label is an event, so that they wait for what that finds
 */
export function labelSync(
  { connectorId, jobType, trigger = 'manual' }: SyncInput,
  isContinued: boolean,
  isLooking = false,
): SyncLabels {
  let areRegistered = false;
  let isNoted = isContinued;
  const about = { connectorId, jobType, trigger };
  const attributes = (status: LabelledStatus) =>
    [
      { key: CONNECTOR_ID, value: connectorId },
      { key: JOB_TYPE, value: jobType },
      { key: SYNC_STATUS, value: status },
    ] as const;
  const noteOnce = (more: Pick<LabelFacts, 'definition' | 'worker'> | object = {}) => {
    if (!isNoted) upsertMemo({ ...about, ...more });
    isNoted = true;
  };
  const show = (status: LabelledStatus) => {
    if (areRegistered) upsertSearchAttributes([{ key: SYNC_STATUS, value: status }]);
  };
  if (!isLooking) noteOnce();
  return {
    begin: ({ searchAttributes = false }) => {
      noteOnce();
      areRegistered = searchAttributes;
      if (areRegistered && !isContinued) upsertSearchAttributes([...attributes('running')]);
    },
    define: ({ definition, worker }) => {
      const defined = { definition, ...(worker === undefined ? {} : { worker }) };
      if (isLooking) noteOnce(defined);
      // Syncs that began under 0.1.0 have no such note.
      else if (patched('definition-in-memo')) upsertMemo(defined);
    },
    completeAtOnce: ({ definition, worker, searchAttributes = false }, { index, relations, durationMs }) => {
      const defined = { definition, ...(worker === undefined ? {} : { worker }) };
      upsertMemo({ ...about, ...defined, index, ...sumReports(relations), durationMs });
      if (searchAttributes) upsertSearchAttributes([...attributes('completed')]);
    },
    show,
    complete: ({ index, relations, durationMs }) => {
      note({ index, ...sumReports(relations), durationMs });
      show('completed');
    },
    end: (status, reports) => {
      note(sumReports(reports));
      show(status);
    },
  };
}

function note(memo: SyncMemo): void {
  upsertMemo({ ...memo });
}
