import type { BulkBody } from '../../sync/bulk-body';

/**
 * Deletions as a bulk body.
 *
 * @param version external version: a document that a later write has given a newer one stays.
 */
export function buildDeleteBody(ids: readonly string[], version: number): BulkBody {
  const lines = ids.map(
    (id) => `{"delete":{"_id":${JSON.stringify(id)},"version":${version},"version_type":"external_gte"}}\n`,
  );
  const offsets: number[] = [];
  let end = 0;
  for (const line of lines) {
    offsets.push(end);
    end += Buffer.byteLength(line);
  }
  return { bytes: Buffer.from(lines.join('')), offsets };
}
