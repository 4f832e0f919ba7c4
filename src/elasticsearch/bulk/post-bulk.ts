import type { Readable } from 'node:stream';
import { type Client, errors } from '@elastic/elasticsearch';

import { isDeletion } from '../../sync/bulk-item';
import { SyncFailure } from '../../sync/failures';
import { readUpTo } from '../answers/read-up-to';
import { toSyncFailure } from '../answers/translate-failure';
import { isCut } from '../connection/is-cut';

/** Destination of bulk requests, and the client that sends them. */
export interface BulkEndpoint {
  readonly client: Client;
  /** Alias or index. */
  readonly target: string;
  readonly requireAlias: boolean;
  readonly pipeline?: string;
  /**
   * Whether the answer says of each item what was stored where: ingest pipelines work on the documents.
   * @default false
   */
  readonly isWatched?: boolean;
  readonly signal: AbortSignal;
}

/** Reply to one bulk request: an answer of whatever status, or none at all. */
export type BulkReply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: Buffer;
      readonly hasGuard: boolean;
      /**
       * As asked for by {@link BulkEndpoint.isWatched}.
       * @default false
       */
      readonly isWatched?: boolean;
    }
  | {
      readonly kind: 'none';
      /** Whether a connection was made and then lost, as when a proxy does not like a large body. */
      readonly wasReset: boolean;
      readonly reason: string;
    };

/** `status` must stay, or the items that remain would no longer be where they were sent. */
const FILTER_PATH = 'errors,took,items.*.status,items.*.error';
const WATCHED_FILTER_PATH = `${FILTER_PATH},items.*._id,items.*._index,items.*.result`;

/**
 * Deletions with an external version make a missing index anew, and `require_alias` does not hold for them (seen in
 * 9.5.3). It does hold for updates, and then for the whole request: so an update that never finds its document goes
 * ahead of deletions.
 */
const GUARD = Buffer.from('{"update":{"_id":"pgferry-guard"}}\n{"doc":{}}\n');

/** Bytes; tens of thousands of items that are all refused take about a tenth of it. */
const LARGEST_ANSWER = 64 * 1_048_576;

/**
 * To redact secrets an error of the client copies its whole request, byte by byte: 8 s of blocked event loop for a body
 * of 5 MB. So errors of bulks are not redacted, and never leave this file.
 */
const NO_REDACTION = { type: 'off' } as const;

/**
 * Sends one bulk request and reads its answer, without a copy or string of the body, and without trying again.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function postBulk(endpoint: BulkEndpoint, bytes: Buffer): Promise<BulkReply> {
  const hasGuard = endpoint.requireAlias && isDeletion(bytes);
  const { isWatched = false } = endpoint;
  try {
    // As a stream the answer comes as it is: an error status does not throw, and nothing is parsed that nobody reads.
    const answer = await endpoint.client.transport.request<Readable>(
      {
        method: 'POST',
        path: `/${encodeURIComponent(endpoint.target)}/_bulk`,
        querystring: {
          filter_path: isWatched ? WATCHED_FILTER_PATH : FILTER_PATH,
          ...(endpoint.requireAlias ? { require_alias: true } : {}),
          ...(endpoint.pipeline === undefined ? {} : { pipeline: endpoint.pipeline }),
        },
        bulkBody: hasGuard ? Buffer.concat([GUARD, bytes]) : bytes,
      },
      { asStream: true, meta: true, maxRetries: 0, signal: endpoint.signal, redaction: NO_REDACTION },
    );
    const body = await readUpTo(answer.body, LARGEST_ANSWER);
    if (body === undefined)
      return { kind: 'none', wasReset: false, reason: `its answer is larger than ${LARGEST_ANSWER} bytes` };
    return { kind: 'answer', status: answer.statusCode, body, hasGuard, isWatched };
  } catch (error) {
    endpoint.signal.throwIfAborted();
    return describeFailure(error);
  }
}

function describeFailure(error: unknown): BulkReply {
  if (error instanceof SyncFailure) throw error;
  if (error instanceof errors.ProductNotSupportedError) throw toSyncFailure(error, 'writing');
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'none', wasReset: isCut(error), reason };
}
