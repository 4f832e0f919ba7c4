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
      const response = await super.request(params, { ...options, signal });
      const body: unknown = response.body;
      if (body instanceof Readable) body.once('close', expire);
      else expire();
      return response;
    } catch (error) {
      expire();
      if (signal.reason instanceof errors.TimeoutError) throw signal.reason;
      throw error;
    }
  }
}

/** A signal that fires with another one, or when the time is up; `expire` ends both. */
function startDeadline(
  timeoutMs: number,
  outer: AbortSignal | undefined,
): { readonly signal: AbortSignal; readonly expire: () => void } {
  const controller = new AbortController();
  const follow = () => {
    controller.abort(outer?.reason);
  };
  if (outer?.aborted === true) follow();
  outer?.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => {
    controller.abort(new errors.TimeoutError(`no complete answer within ${timeoutMs / 1_000} s`));
  }, timeoutMs);
  return {
    signal: controller.signal,
    expire: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
}
