import type { Client } from '@elastic/elasticsearch';

import { classifyReply } from './classify-reply';
import { requirePipeline } from './judge-items';
import { postBulk } from './post-bulk';
import type { ProbedTarget } from './probe-writes';

/** A write that passes the pipelines and is then refused, since there is no such document: nothing is stored. */
const PROBE = Buffer.from('{"index":{"_id":"pgferry-probe","if_seq_no":0,"if_primary_term":1}}\n{}\n');

/**
 * Finds out whether pipelines are there whose definitions the credentials may not read. What they do with the probe, which
 * is an empty document, does not matter.
 * @throws SyncFailure `InvalidConfig` for one that is missing
 */
export async function probePipelines(
  client: Client,
  { target, requireAlias, pipeline }: ProbedTarget & { readonly pipeline: string | undefined },
): Promise<void> {
  const endpoint = {
    client,
    target,
    requireAlias,
    signal: new AbortController().signal,
    ...(pipeline === undefined ? {} : { pipeline }),
  };
  const reply = classifyReply(await postBulk(endpoint, PROBE), 1, target);
  // A block, or too much to do, is met by the writes themselves.
  if (reply.kind === 'items') requirePipeline(Object.values(reply.items[0] ?? {})[0]?.error);
}
