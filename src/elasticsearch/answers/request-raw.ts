import type { Readable } from 'node:stream';
import type { Client } from '@elastic/elasticsearch';

import { readUpTo } from './read-up-to';
import { failureOfResponse, readErrorCause, translateFailures } from './translate-failure';

/** A request whose answer is read as bytes: the client's JSON parser would round large numbers. */
export interface RawRequest {
  readonly path: string;
  readonly body: object;
  /** Completes "Elasticsearch failed ...". */
  readonly doing: string;
  readonly signal?: AbortSignal;
}

/** Bytes of an answer that are held at once, unless it is of a single document. */
const LARGEST_ANSWER = 128 * 1_048_576;

/**
 * Posts a request and reads the bytes of its answer.
 * @param isSingle - whether no smaller request is possible, so that an answer of any size is taken
 * @returns undefined when the answer is too large: ask for less
 * @throws SyncFailure for every answer that is not a success
 */
export async function requestRaw(client: Client, request: RawRequest, isSingle: boolean): Promise<Buffer | undefined> {
  const { path, body, doing, signal } = request;
  const options = { asStream: true, meta: true, ...(signal === undefined ? {} : { signal }) } as const;
  return translateFailures(doing, async () => {
    const answer = await client.transport.request<Readable>({ method: 'POST', path, body }, options);
    const bytes = await readUpTo(answer.body, isSingle ? Infinity : LARGEST_ANSWER);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return bytes;
    throw failureOfResponse(answer.statusCode, readErrorCause(parse(bytes)), doing);
  });
}

function parse(bytes: Buffer | undefined): unknown {
  try {
    return JSON.parse(bytes?.toString() ?? '');
  } catch {
    return undefined;
  }
}
