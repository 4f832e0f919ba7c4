import type { Client } from '@elastic/elasticsearch';

import type { BulkOutcome } from '../../sync/bulk-body';
import type { PipelineWatch } from '../bulk/pipeline-watch';

/** Options of a bulk writer. */
export interface BulkWriterOptions {
  readonly client: Client;
  /** Alias or index that takes the documents. */
  readonly target: string;
  /** Refuse to write where `target` is no alias, so that a deleted index is never made anew by a bulk. */
  readonly requireAlias: boolean;
  /** UUID that an index which is no alias must still have after each body. Absent: it isn't looked at. */
  readonly requireUuid?: string;
  /** Ingest pipeline. */
  readonly pipeline?: string;
  /** Index that keeps the dead letters, see `deadLetterIndexName`. */
  readonly deadLetters: string;
  readonly connectorId: string;
  /** Kept with dead letters. */
  readonly jobId: string;
  /**
   * Newest external version of this sync: a conflict with a version up to it means superseded, else somebody else writes
   * here.
   */
  readonly newestVersion: number;
  /** Newest version, by now, of writers that go on beside this one. Absent: there are none. */
  readonly newestOfOthers?: () => number;
  /** Hears the version of a document that is newer than a write; must be quick and never throw. */
  readonly onConflict?: (version: bigint) => void;
  /** Pipelines that work on the documents. Absent: none does, and answers say no more than they must. */
  readonly watch?: WriterWatch;
  /**
   * Fewest and most requests in flight.
   * @default { min: 1, max: 8 }
   */
  readonly concurrency?: { readonly min: number; readonly max: number };
  /** Ends all requests; whatever waits is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds without any progress after which a body is given up with a retryable failure.
   * @default 120_000
   */
  readonly retryForMs?: number;
  readonly observer?: BulkObserver;
}

/** Facts by which a writer looks at documents that ingest pipelines work on. */
export interface WriterWatch extends PipelineWatch {
  /** Oldest external version of this sync: what carries it, or a newer one, is of the sync itself. */
  readonly firstVersion: number;
  /** Whether so many more documents of a relation may be deleted, since their rows were dropped. Absent: any number. */
  readonly mayDelete?: (relation: string, documents: number) => Promise<boolean>;
}

/** Hears how writing goes, a call or two a bulk request; must be quick and never throw. */
export interface BulkObserver {
  /** A body was acknowledged. */
  readonly onBulk: (metrics: BulkMetrics) => void;
  /** A request was answered, or failed, after so many milliseconds. */
  readonly onRequest: (durationMs: number) => void;
  /** Elasticsearch has too much to do: it refused a request, or items of one, for now. */
  readonly onPushback: () => void;
}

/** One body that was acknowledged. */
export interface BulkMetrics {
  readonly items: number;
  readonly bytes: number;
  /** From the first request to the last answer. */
  readonly durationMs: number;
  /** Items that were refused for now and are sent again. */
  readonly retried: number;
  readonly outcome: BulkOutcome;
  /** Requests that were in flight then. */
  readonly inFlight: number;
}
