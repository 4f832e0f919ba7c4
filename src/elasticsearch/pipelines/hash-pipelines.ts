import { createHash } from 'node:crypto';

/** Enough to tell definitions apart. */
const LENGTH = 16;
/** When Elasticsearch was given a definition says nothing of what it does. */
const DATES = /^(?:created|modified)_date/u;

/**
 * Hash of pipelines: their order, and what each does.
 * @param definitions - by name; null for one that is called and is not there
 */
export function hashPipelines(names: readonly string[], definitions: ReadonlyMap<string, unknown>): string {
  const sorted = [...definitions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, inOrder(value)]);
  return createHash('sha256')
    .update(JSON.stringify([names, sorted]))
    .digest('base64url')
    .slice(0, LENGTH);
}

/** With the keys of every object sorted: Elasticsearch need not answer them in one order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([key]) => !DATES.test(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => [key, inOrder(child)]);
}
