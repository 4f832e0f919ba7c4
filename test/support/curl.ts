import type { Client } from '@elastic/elasticsearch';

/** A request to Elasticsearch, as a page shows it. */
export interface CurlRequest {
  /** Index, path and query. */
  readonly address: string;
  readonly body: string;
}

/** Reads the `curl` of a page. */
export function readCurl(text: string): CurlRequest {
  const [, address, body] = /\$ELASTICSEARCH_URL\/([^"]+)".*-d '(.*)'/su.exec(text) ?? [];
  if (address === undefined || body === undefined) throw new Error(`no request with a body: ${text}`);
  return { address, body };
}

/** Sends what a `curl` sends. */
export function sendRequest(client: Client, { address, body }: CurlRequest): Promise<unknown> {
  const { pathname: path, searchParams } = new URL(`http://host/${address}`);
  return client.transport.request({
    method: 'POST',
    path,
    querystring: Object.fromEntries(searchParams),
    body: JSON.parse(body) as object,
  });
}
