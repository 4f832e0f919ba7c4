import type { BulkObserver } from '../../elasticsearch/bulk-writer/bulk-writer-options';
import type { WaitKind } from '../../sync/wait';

/** Fates of documents; `unchanged` ones were right already and are not written. */
export type DocumentOutcome = 'indexed' | 'unchanged' | 'deleted' | 'superseded' | 'rejected' | 'dropped';

/** Hears how a stream goes; must be quick and never throw. */
export interface StreamMeter {
  /** It follows, with so many keys pending, and bytes of WAL kept; undefined: it does not, or no longer. */
  readonly shows: (state: { readonly pendingKeys: number; readonly retainedBytes: number } | undefined) => void;
  /** Elasticsearch has acknowledged a batch of changes, so many milliseconds after the oldest commit. */
  readonly settled: (changes: number, delayMs: number) => void;
  readonly putBack: (keys: number) => void;
  /** @param reason - one of a few, without names */
  readonly gap: (reason: string) => void;
}

/**
 * Hears what the activities do for one connector, for metrics: once a piece, bulk or partition, never once a row.
 * Must be quick and never throw.
 */
export interface ConnectorMeter {
  /** Hears of bulk requests, with the outcome of their documents. */
  readonly bulk: BulkObserver;
  /** Rows came from PostgreSQL. */
  readonly rowsRead: (rows: number) => void;
  /** Counts documents that no bulk request tells of. */
  readonly documents: (outcome: DocumentOutcome, count: number) => void;
  /** Runs the copy of a partition as one in progress. */
  readonly partition: <Result>(copy: () => Promise<Result>) => Promise<Result>;
  /** Activities that wait for something of that kind are so many more, or fewer. */
  readonly waiting: (kind: WaitKind, change: 1 | -1) => void;
  /** A sync of the connector has brought its index into step, just now. */
  readonly synced: () => void;
  readonly stream: StreamMeter;
}

const nothing = () => undefined;

/** For whoever measures nothing. */
export const NO_METER: ConnectorMeter = {
  bulk: { onBulk: nothing, onRequest: nothing, onPushback: nothing },
  rowsRead: nothing,
  documents: nothing,
  partition: (copy) => copy(),
  waiting: nothing,
  synced: nothing,
  stream: { shows: nothing, settled: nothing, putBack: nothing, gap: nothing },
};
