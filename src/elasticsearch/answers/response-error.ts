import { errors } from '@elastic/elasticsearch';

import { readErrorCause } from './translate-failure';

/** The status of the answer that the client throws as an error; undefined for errors of every other kind. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

/** Whether Elasticsearch refused to make an index since there is one by that name. */
export function isAlreadyThere(error: unknown): boolean {
  return (
    error instanceof errors.ResponseError && readErrorCause(error.body).type === 'resource_already_exists_exception'
  );
}

/** Makes a request; undefined where Elasticsearch answers that there is no such thing (404). */
export async function unlessMissing<Result>(request: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await request();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
