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
  readonly define: (facts: { readonly definition: string; readonly worker?: string }) => void;
  readonly show: (status: LabelledStatus) => void;
  /** Keeps the totals of a sync that completed. */
  readonly complete: (report: SyncReport) => void;
  /** Keeps how far a sync got that did not complete. */
  readonly end: (status: 'cancelled' | 'failed', reports: readonly RelationReport[]) => void;
}

/** Labels a sync with its connector and kind. */
export function labelSync({ connectorId, jobType, trigger = 'manual' }: SyncInput, isContinued: boolean): SyncLabels {
  let areRegistered = false;
  const show = (status: LabelledStatus) => {
    if (areRegistered) upsertSearchAttributes([{ key: SYNC_STATUS, value: status }]);
  };
  if (!isContinued) note({ connectorId, jobType, trigger });
  return {
    begin: ({ searchAttributes = false }) => {
      areRegistered = searchAttributes;
      if (!areRegistered || isContinued) return;
      upsertSearchAttributes([
        { key: CONNECTOR_ID, value: connectorId },
        { key: JOB_TYPE, value: jobType },
        { key: SYNC_STATUS, value: 'running' },
      ]);
    },
    define: ({ definition, worker }) => {
      // Syncs that began under 0.1.0 have no such note.
      if (patched('definition-in-memo')) upsertMemo({ definition, ...(worker === undefined ? {} : { worker }) });
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
