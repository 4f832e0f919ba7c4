import type { BulkBody } from '../../sync/bulk-body';
import { isReachable } from '../connection/is-reachable';
import type { Judgement, RejectedItem } from './judge-items';
import type { PipelineWatch } from './pipeline-watch';
import { type BulkEndpoint, type BulkReply, postBulk } from './post-bulk';
import { waitBeforeRetry } from './wait-before-retry';

/** Options and observers of the delivery of one writer's bodies. */
export interface Delivery {
  readonly target: string;
  readonly newestVersion: number;
  /** As {@link Judgement} has them. */
  readonly newestOfOthers?: Judgement['newestOfOthers'];
  readonly onConflict?: Judgement['onConflict'];
  /** Milliseconds without any progress after which a body is given up. */
  readonly retryForMs: number;
  /** Sends one request, once. */
  readonly send: (bytes: Buffer) => Promise<BulkReply>;
  /** Whether Elasticsearch answers at all. */
  readonly isReachable: () => Promise<boolean>;
  /** Waits before another attempt, counted from 0. */
  readonly wait: (attempt: number) => Promise<void>;
  /** Makes items that are refused for good safe as dead letters. Absent: they are let go. */
  readonly bury?: (body: BulkBody, rejected: readonly RejectedItem[]) => Promise<void>;
  /** Where ingest pipelines work on the documents. */
  readonly watch?: PipelineWatch;
  /** Remembers items that a pipeline dropped, by their positions. */
  readonly drop?: (body: BulkBody, dropped: readonly number[]) => Promise<void>;
  /** Documents were stored under these ids; heard only where {@link watch} is. */
  readonly onStored?: (ids: readonly string[]) => void;
  /** Elasticsearch has too much to do. */
  readonly onPushback?: () => void;
  /** Items are sent again. */
  readonly onRetry?: (items: number) => void;
}

const DEFAULT_RETRY_FOR_MS = 120_000;

/** Delivery to a server; what is refused for good is let go. */
export function deliveryTo(
  endpoint: BulkEndpoint,
  options: Pick<Delivery, 'newestVersion' | 'newestOfOthers' | 'onConflict'> & {
    readonly retryForMs?: number | undefined;
  },
): Delivery {
  const { client, target, signal } = endpoint;
  return {
    target,
    newestVersion: options.newestVersion,
    newestOfOthers: options.newestOfOthers,
    onConflict: options.onConflict,
    retryForMs: options.retryForMs ?? DEFAULT_RETRY_FOR_MS,
    send: (bytes) => postBulk(endpoint, bytes),
    isReachable: () => isReachable(client),
    wait: (attempt) => waitBeforeRetry(attempt, signal),
  };
}
