import { Readable } from 'node:stream';
import {
  type ConnectionRequestOptions,
  type ConnectionRequestOptionsAsStream,
  type ConnectionRequestParams,
  type ConnectionRequestResponse,
  type ConnectionRequestResponseAsStream,
  errors,
  UndiciConnection,
} from '@elastic/elasticsearch';

import { waitAloud } from '../../waits/hear-waits';
import { followAbort } from './follow-abort';
import { unpackAnswer } from './unpack-answer';

/**
 * A connection whose requests end within the client's `requestTimeout`, answer included. The HTTP library's own limits
 * begin anew with every byte, so that an answer which trickles could last for ever.
 */
export class TimedConnection extends UndiciConnection {
  override request(
    params: ConnectionRequestParams,
    options: ConnectionRequestOptions,
  ): Promise<ConnectionRequestResponse>;
  override request(
    params: ConnectionRequestParams,
    options: ConnectionRequestOptionsAsStream,
  ): Promise<ConnectionRequestResponseAsStream>;
  override async request(
    params: ConnectionRequestParams,
    options: ConnectionRequestOptions | ConnectionRequestOptionsAsStream,
  ): Promise<ConnectionRequestResponse | ConnectionRequestResponseAsStream> {
    const { signal, expire } = startDeadline(this.timeout, options.signal);
    try {
      const answer = super.request(params, { ...options, signal });
      const response = await waitAloud(
        answer,
        'answer',
        `for the answer of Elasticsearch to ${params.method} ${params.path}`,
      );
      if (isStream(response)) {
        response.body.once('close', expire);
        return unpackAnswer(response);
      }
      expire();
      return isEmpty(response) ? withoutEncoding(response) : response;
    } catch (error) {
      expire();
      if (signal.aborted) throw signal.reason instanceof errors.TimeoutError ? signal.reason : error;
      throw await this.explain(error);
    }
  }

  /** Gives the error to throw for that of a request which nobody ended. */
  protected explain(error: unknown): Promise<unknown> {
    return Promise.resolve(error);
  }
}

function isStream(
  response: ConnectionRequestResponse | ConnectionRequestResponseAsStream,
): response is ConnectionRequestResponseAsStream {
  return (response.body as unknown) instanceof Readable;
}

function isEmpty({ body }: ConnectionRequestResponse): boolean {
  return body.length === 0;
}

/** Nothing can't be unpacked, which the client would try: an answer to HEAD has the headers of one to GET. */
function withoutEncoding(response: ConnectionRequestResponse): ConnectionRequestResponse {
  const headers = Object.entries(response.headers).filter(([name]) => name !== 'content-encoding');
  return { ...response, headers: Object.fromEntries(headers) };
}

/** A signal that fires with another one, or when the time is up; `expire` ends both. */
function startDeadline(
  timeoutMs: number,
  outer: AbortSignal | undefined,
): { readonly signal: AbortSignal; readonly expire: () => void } {
  const { signal, abort, unfollow } = followAbort(outer);
  const timer = setTimeout(() => {
    abort(new errors.TimeoutError(`no complete answer within ${timeoutMs / 1_000} s`));
  }, timeoutMs);
  return {
    signal,
    expire: () => {
      clearTimeout(timer);
      unfollow();
    },
  };
}
