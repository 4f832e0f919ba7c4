import { SyncFailure } from '../../sync/failures';
import { isSuperseded } from '../../sync/write-version';
import {
  type ErrorCause,
  type ErrorSummary,
  exceedsLimit,
  formatErrorSummary,
  summarizeError,
} from '../answers/error-summary';
import { findKnownRefusal } from '../answers/known-refusals';
import { failureOfResponse } from '../answers/translate-failure';
import type { AnsweredItem, ItemAnswer } from './answered-item';

/** Facts to judge an answer by. */
export interface Judgement {
  readonly target: string;
  /** Newest external version of this sync. */
  readonly newestVersion: number;
  /** Newest version that writers beside this sync may carry by now. Absent: there are none. */
  readonly newestOfOthers?: (() => number) | undefined;
  /** Hears of a document with a newer version than the item's. */
  readonly onConflict?: ((version: bigint) => void) | undefined;
  /** Times that these items were sent before. */
  readonly attempt: number;
}

/** An item that is refused for good. */
export interface RejectedItem {
  /** Position in the body that was sent. */
  readonly item: number;
  readonly error: ErrorSummary;
}

/** Result of each item of a body, as its answer says. */
export interface Verdict {
  readonly counts: { readonly indexed: number; readonly deleted: number; readonly superseded: number };
  /** Positions of items that were refused for now. */
  readonly retry: readonly number[];
  readonly rejected: readonly RejectedItem[];
  /** Positions of items that an ingest pipeline dropped. */
  readonly dropped: readonly number[];
  /** Whether an item was refused because what was sent with it is more than Elasticsearch ever takes at once. */
  readonly isTooLarge: boolean;
}

/** Times that an item with an internal error of Elasticsearch is sent again before it is taken to be the item's own. */
const INTERNAL_ERROR_ATTEMPTS = 5;

/**
 * Versions that a stream beside a sync may use meanwhile where both are ahead of PostgreSQL's clock, which stepped back:
 * then it takes the next one for each of its batches.
 */
const VERSIONS_BESIDE = 10_000_000;

/**
 * Judges every item.
 *
 * @throws SyncFailure for what no item is to blame for: the index is gone, blocked or written by others, rights or the
 * pipeline are missing.
 */
export function judgeItems(items: readonly AnsweredItem[], judgement: Judgement): Verdict {
  const counts = { indexed: 0, deleted: 0, superseded: 0 };
  const retry: number[] = [];
  const rejected: RejectedItem[] = [];
  const dropped: number[] = [];
  let isTooLarge = false;
  for (const [position, item] of items.entries()) {
    const [action = 'index', result = { status: 0 }] = Object.entries(item)[0] ?? [];
    let fate = judgeItem(action, result, judgement);
    if (fate === 'retry' && exceedsLimit(result.error)) {
      isTooLarge = true;
      if (items.length === 1) fate = 'rejected';
    }
    if (fate === 'retry') retry.push(position);
    else if (fate === 'rejected') rejected.push({ item: position, error: summarizeError(result.error ?? {}) });
    else if (fate === 'dropped') dropped.push(position);
    else counts[fate] += 1;
  }
  return { counts, retry, rejected, dropped, isTooLarge };
}

type Fate = 'indexed' | 'deleted' | 'superseded' | 'retry' | 'rejected' | 'dropped';

function judgeItem(action: string, { status, error, stored }: ItemAnswer, judgement: Judgement): Fate {
  if (status >= 200 && status < 300) {
    if (action === 'delete') return 'deleted';
    return stored?.result === 'noop' ? 'dropped' : 'indexed';
  }
  if (status === 404 && action === 'delete' && error === undefined) return 'superseded';
  if (status === 409) return judgeConflict(error, judgement);
  if (status === 429 || status === 502 || status === 503 || status === 504) return 'retry';
  if (status === 404) throw indexIsGone(judgement.target);
  const isOfIndex = findKnownRefusal(error?.type ?? '', error?.reason ?? '')?.ofIndex === true;
  if (status === 401 || status === 403 || isOfIndex)
    throw failureOfResponse(status, error ?? {}, `writing to ${judgement.target}`);
  requirePipeline(error);
  const isInternal = status >= 500 && error?.type !== FAILED_ON_PURPOSE;
  if (isInternal && judgement.attempt < INTERNAL_ERROR_ATTEMPTS) return 'retry';
  if (action === 'delete') {
    throw new SyncFailure(
      'DestinationRefused',
      `Elasticsearch refused a deletion: ${formatErrorSummary(summarizeError(error ?? {}))}.`,
    );
  }
  return 'rejected';
}

function judgeConflict(error: ErrorCause | undefined, judgement: Judgement): Fate {
  const { target, newestOfOthers, onConflict } = judgement;
  const newestVersion =
    newestOfOthers === undefined
      ? judgement.newestVersion
      : Math.max(judgement.newestVersion + VERSIONS_BESIDE, newestOfOthers());
  const current = /current version \[(\d+)\]/u.exec(error?.reason ?? '')?.[1];
  // Without a number the document was changed while it was written, by a write that carries a version as well.
  if (current === undefined) return 'retry';
  onConflict?.(BigInt(current));
  if (isSuperseded(BigInt(current), newestVersion)) return 'superseded';
  throw new SyncFailure(
    'DestinationChanged',
    `The index ${target} holds a document with version ${current}, newer than this sync's ` +
      `${newestVersion}: something else writes it.`,
    'Let one installation of pgferry alone write these documents. If none else does, the index has lost what pgferry ' +
      'keeps in its mapping, and a clock stepped back: sync with --rebuild.',
  );
}

function indexIsGone(target: string): SyncFailure {
  return new SyncFailure(
    'DestinationChanged',
    `The index ${target} is gone, or is no longer an alias: somebody deleted it while the sync ran.`,
  );
}

/** A name that a document decides on stands behind other words: it may be a row's value. */
const MISSING_PIPELINE = /^pipeline with id \[([^\]]{1,512})\] does not exist$/u;

/** Of a processor `fail`: Elasticsearch answers it with 500. */
const FAILED_ON_PURPOSE = 'fail_processor_exception';

/** @throws SyncFailure `InvalidConfig` for an error that speaks of a pipeline which is not there */
export function requirePipeline(error: ErrorCause | undefined): void {
  const pipeline = MISSING_PIPELINE.exec(error?.reason ?? '')?.[1];
  if (pipeline === undefined) return;
  throw new SyncFailure(
    'InvalidConfig',
    `The ingest pipeline "${pipeline}" does not exist.`,
    'Create the pipeline, or take it out of the connector, the index and its templates.',
  );
}
