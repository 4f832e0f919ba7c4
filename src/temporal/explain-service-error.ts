import { SyncFailure } from '../sync/failures';

/** An error of gRPC, by its shape: loading Temporal's client for a name alone would cost every command its time. */
interface GrpcError {
  readonly code: number;
  readonly details: string;
}

/** Statuses of gRPC by which a server can't answer now: https://grpc.io/docs/guides/status-codes/ */
const NOT_NOW: ReadonlySet<number> = new Set([2, 4, 8, 10, 13, 14]);
/** Those by which it doesn't let its client do something. */
const NOT_ALLOWED: ReadonlySet<number> = new Set([7, 16]);

/**
 * Explains what Temporal's client gave up on, with the server's own words.
 * @returns undefined where the error is none of Temporal's, or one that nobody foresees
 */
export function explainServiceError(error: unknown): SyncFailure | undefined {
  if (!(error instanceof Error) || error.name !== 'ServiceError' || !isGrpc(error.cause)) return undefined;
  const { code, details } = error.cause;
  const message = `Temporal: ${error.message}: ${details}`;
  if (NOT_ALLOWED.has(code)) {
    return new SyncFailure('InvalidConfig', message, 'Correct `temporal.api_key`, or what it may do in the namespace.');
  }
  if (!NOT_NOW.has(code)) return undefined;
  const remedy = 'Try again; where it stays, the log of Temporal, or of `pgferry up`, says why.';
  return new SyncFailure('TemporalUnavailable', message, remedy);
}

function isGrpc(cause: unknown): cause is GrpcError {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'number' && 'details' in cause;
}
