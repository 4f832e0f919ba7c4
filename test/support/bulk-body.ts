import type { BulkBody } from '../../src/sync/bulk-body';

/** A body of index actions for documents of the given ids. */
export function indexBody(documents: readonly { id: string; source: object; version?: number }[]): BulkBody {
  const offsets: number[] = [];
  let end = 0;
  const parts = documents.map(({ id, source, version = 1 }) => {
    const action = { index: { _id: id, version, version_type: 'external_gte' } };
    const part = Buffer.from(`${JSON.stringify(action)}\n${JSON.stringify(source)}\n`);
    offsets.push(end);
    end += part.length;
    return part;
  });
  return { bytes: Buffer.concat(parts), offsets };
}

/** The ids of the actions in a bulk request, in order. */
export function idsIn(bytes: Buffer): string[] {
  return bytes
    .toString()
    .split('\n')
    .filter((line) => /^\{"(index|delete)":/u.test(line))
    .map((line) => {
      const action = Object.values(JSON.parse(line) as Record<string, { _id: string }>)[0];
      return action?._id ?? '';
    });
}
