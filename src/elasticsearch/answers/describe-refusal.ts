import type { ErrorCause } from './error-summary';
import { readErrorCause } from './translate-failure';

/** Elasticsearch's own words about a request that holds no value of a row: those of the cause behind all others. */
export function describeRefusal(body: unknown): string {
  const { type = 'error', reason = '' } = findDeepest(readErrorCause(body));
  return `${type}: ${reason}`;
}

function findDeepest(error: ErrorCause): ErrorCause {
  return error.caused_by?.reason === undefined ? error : findDeepest(error.caused_by);
}
