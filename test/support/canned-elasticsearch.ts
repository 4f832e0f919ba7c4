import { Readable } from 'node:stream';
import { Client, HttpConnection } from '@elastic/elasticsearch';

/** An answer as it comes over the wire. */
export interface CannedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A request as it would go over the wire. */
export interface CannedRequest {
  readonly method: string;
  readonly path: string;
  /** What follows the path's `?`. */
  readonly query: string;
}

/** What Elasticsearch says of itself, and of its answers, in each of them. */
export const ANSWER_HEADERS = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };

type RequestParameters = Parameters<HttpConnection['request']>[0];
type RequestOptions = Parameters<HttpConnection['request']>[1];

/**
 * The real client, whose connection answers by itself: for more answers than any server could be made to give.
 * @param answer - gives the answer to a request
 */
export function cannedElasticsearch(answer: (request: CannedRequest) => CannedAnswer): Client {
  class CannedConnection extends HttpConnection {
    override request(params: RequestParameters, options: RequestOptions): Promise<never> {
      const { status, headers, body } = answer({
        method: params.method,
        path: params.path,
        query: params.querystring ?? '',
      });
      // The type says that it is always true; without it the client wants text.
      const { asStream }: { asStream?: boolean | undefined } = options as object;
      const content = asStream === true ? Readable.from([body]) : body.toString();
      return Promise.resolve({ statusCode: status, headers, body: content } as never);
    }
  }
  return new Client({
    node: 'http://elasticsearch.invalid:9200',
    Connection: CannedConnection,
    maxRetries: 0,
  });
}
