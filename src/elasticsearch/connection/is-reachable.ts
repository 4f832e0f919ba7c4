import { type Client, errors } from '@elastic/elasticsearch';

/**
 * Whether Elasticsearch answers at all, be it with a refusal.
 * @param maxRetries - after the first try.
 * @default the client's
 */
export async function isReachable(client: Client, maxRetries?: number): Promise<boolean> {
  try {
    await client.ping({}, maxRetries === undefined ? {} : { maxRetries });
    return true;
  } catch (error) {
    return error instanceof errors.ResponseError;
  }
}
