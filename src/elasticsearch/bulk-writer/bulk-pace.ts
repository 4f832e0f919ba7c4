/**
 * Pace of writing: requests in flight and bytes a request. Pure data; {@link observePushback} and {@link observeBulk}
 * give the next one.
 */
export interface BulkPace {
  readonly limits: PaceLimits;
  /** Requests in flight. */
  readonly concurrency: number;
  /** Bytes that the next body should have. */
  readonly targetBytes: number;
  /** Observations of the running window. */
  readonly window: PaceWindow;
  /** Bytes a millisecond of the last complete window; undefined before the first. */
  readonly rate?: number;
  /** The change whose effect the running window shows. */
  readonly trial?: PaceTrial;
  /** Changes that did not help since one last did: after all of them the pace rests. */
  readonly failures: number;
  /** Windows to rest before the next trial. */
  readonly rest: number;
}

/** Fewest and most requests in flight. */
export interface PaceLimits {
  readonly min: number;
  readonly max: number;
}

interface PaceWindow {
  readonly startedAt?: number;
  readonly bulks: number;
  readonly bytes: number;
  /** Milliseconds that its bulks took, summed up. */
  readonly durationMs: number;
  /** Bulks while a body waited for a slot: only then is Elasticsearch, and not the reader, what limits the rate. */
  readonly saturated: number;
  readonly wasPushedBack: boolean;
}

/** Values to return to if the trial does not help. */
interface PaceTrial {
  readonly concurrency: number;
  readonly targetBytes: number;
}

/** A bulk request that was answered. */
export interface ObservedBulk {
  readonly bytes: number;
  /** Milliseconds of a monotonic clock. */
  readonly finishedAt: number;
  readonly durationMs: number;
  /** Whether other bodies waited for a slot meanwhile. */
  readonly isSaturated: boolean;
}

const MEGABYTE = 1_048_576;
const START_BYTES = 4 * MEGABYTE;
const SMALLEST_BYTES = MEGABYTE / 4;
const LARGEST_BYTES = 6 * MEGABYTE;
/** Bodies are memory of the worker until they are acknowledged: with more requests each is smaller. */
const BYTES_IN_FLIGHT = 16 * MEGABYTE;
const GROWTH = 1.5;
/** A window must last long enough to say something. */
const WINDOW_BULKS = 8;
const WINDOW_MS = 1_000;
/** Share of a window's bulks that must have kept others waiting. */
const SATURATED_SHARE = 0.75;
/** Share by which a trial must raise the rate to be kept. */
const GAIN = 0.05;
const KNOBS = 2;
const REST_WINDOWS = 20;
const REST_AFTER_PUSHBACK = 5;
const REST_AFTER_SLOWNESS = 5;

/**
 * Milliseconds a bulk may take. Elasticsearch works off what it was sent in its order: whatever else is to be written waits
 * behind it, from other people's documents to the end of a sync that somebody cancels.
 */
const LONGEST_MS = 1_500;
/** A body this small is left as it is, however long it takes. */
const SLOW_BYTES = MEGABYTE;

const NEW_WINDOW: PaceWindow = { bulks: 0, bytes: 0, durationMs: 0, saturated: 0, wasPushedBack: false };

/** The pace to start with: two requests in flight, of 4 MB. */
export function startPace(limits: PaceLimits): BulkPace {
  const concurrency = Math.min(limits.max, Math.max(limits.min, 2));
  return { limits, concurrency, targetBytes: START_BYTES, window: NEW_WINDOW, failures: 0, rest: 0 };
}

/** The pace after Elasticsearch pushed back (429): half the requests, smaller bodies; once a window. */
export function observePushback(pace: BulkPace): BulkPace {
  if (pace.window.wasPushedBack) return pace;
  const { limits } = pace;
  return {
    limits,
    concurrency: Math.max(limits.min, Math.floor(pace.concurrency / 2)),
    targetBytes: Math.max(SMALLEST_BYTES, Math.floor(pace.targetBytes / GROWTH)),
    window: { ...NEW_WINDOW, wasPushedBack: true },
    failures: 0,
    rest: REST_AFTER_PUSHBACK,
  };
}

/** The pace after a bulk was answered. */
export function observeBulk(pace: BulkPace, bulk: ObservedBulk): BulkPace {
  const startedAt = pace.window.startedAt ?? bulk.finishedAt - bulk.durationMs;
  const window: PaceWindow = {
    startedAt,
    bulks: pace.window.bulks + 1,
    bytes: pace.window.bytes + bulk.bytes,
    durationMs: pace.window.durationMs + bulk.durationMs,
    saturated: pace.window.saturated + (bulk.isSaturated ? 1 : 0),
    wasPushedBack: pace.window.wasPushedBack,
  };
  const elapsed = bulk.finishedAt - startedAt;
  if (window.bulks < WINDOW_BULKS || elapsed < WINDOW_MS) return { ...pace, window };
  const next = { ...pace, window: { ...NEW_WINDOW, startedAt: bulk.finishedAt } };
  if (window.durationMs > window.bulks * LONGEST_MS && pace.targetBytes > SLOW_BYTES) return shorten(next);
  // The reader was slower than Elasticsearch: the rate says nothing about the pace.
  return window.saturated >= window.bulks * SATURATED_SHARE ? climb(next, window.bytes / elapsed) : next;
}

/** Smaller bodies: what is in flight is more than Elasticsearch has use for. */
function shorten({ limits, trial, window, ...pace }: BulkPace): BulkPace {
  const concurrency = trial?.concurrency ?? pace.concurrency;
  const targetBytes = Math.max(SLOW_BYTES, Math.floor(pace.targetBytes / GROWTH));
  return { limits, concurrency, targetBytes, window, failures: 0, rest: REST_AFTER_SLOWNESS };
}

/** Hill climbing: keeps a change that helped and goes on in its direction, else takes it back and tries the other knob. */
function climb(pace: BulkPace, rate: number): BulkPace {
  const { trial, ...settled } = pace;
  if (trial === undefined) {
    if (pace.rest > 0) return { ...settled, rate, rest: pace.rest - 1 };
    return tryNext({ ...settled, rate });
  }
  if (pace.rate !== undefined && rate > pace.rate * (1 + GAIN)) return tryNext({ ...settled, rate, failures: 0 });
  const failures = pace.failures + 1;
  const back = { ...settled, ...trial, failures };
  return failures >= KNOBS ? { ...back, failures: 0, rest: REST_WINDOWS } : tryNext(back);
}

function tryNext(pace: BulkPace): BulkPace {
  const { limits, concurrency, targetBytes, failures } = pace;
  const trial = { concurrency, targetBytes };
  if (failures % KNOBS === 0 && concurrency < limits.max) {
    const more = concurrency + 1;
    return { ...pace, trial, concurrency: more, targetBytes: Math.min(targetBytes, largestBody(more)) };
  }
  return { ...pace, trial, targetBytes: Math.min(Math.floor(targetBytes * GROWTH), largestBody(concurrency)) };
}

function largestBody(concurrency: number): number {
  return Math.min(LARGEST_BYTES, Math.floor(BYTES_IN_FLIGHT / concurrency));
}
