import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { failureOfResponse } from '../answers/translate-failure';
import { classifyReply } from './classify-reply';
import { postBulk } from './post-bulk';

/** An update of a document that there never is: Elasticsearch answers it, and changes nothing. */
const PROBE = Buffer.from('{"update":{"_id":"pgferry-probe"}}\n{"doc":{}}\n');

/** Where a sync will write. */
export interface ProbedTarget {
  /** Alias or index. */
  readonly target: string;
  /** False for an index that has no alias. Else nothing is made anew, also where nothing has that name. */
  readonly requireAlias: boolean;
}

/**
 * Sends a bulk request that changes nothing, the way that a sync's will go: blocks of index and cluster, missing rights, a
 * proxy that takes no such requests or spoils the answers are met before a sync.
 * @throws SyncFailure for every answer by which a sync would fail or wait
 */
export async function probeWrites(client: Client, { target, requireAlias }: ProbedTarget): Promise<void> {
  const endpoint = { client, target, requireAlias, signal: new AbortController().signal };
  const reply = classifyReply(await postBulk(endpoint, PROBE), 1, target);
  if (reply.kind === 'later') throw reply.failure;
  if (reply.kind === 'refused') {
    throw new SyncFailure('DestinationRefused', `Elasticsearch refused writing to ${target}: ${reply.error.type}.`);
  }
  const [{ update } = {}] = reply.kind === 'items' ? reply.items : [];
  // Neither the document nor, before a first sync, the index is there.
  if (update?.error === undefined || update.status === 404) return;
  throw failureOfResponse(update.status, update.error, `writing to ${target}`);
}
