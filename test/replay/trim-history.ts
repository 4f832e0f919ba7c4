/** What replaying does not read, and what tells of the machine that recorded. */
const LEFT_OUT = new Set([
  'identity',
  'workerVersion',
  'binaryChecksum',
  'meteringMetadata',
  'historySizeBytes',
  'stackTrace',
]);

/** Takes out of a history, as JSON, what a replay does not need. */
export function trimHistory(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trimHistory);
  // The queue of a worker's cache is named after its process and host.
  if (typeof value === 'string') return value.replace(/^\d+@.*$/u, 'worker');
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !LEFT_OUT.has(key));
  return Object.fromEntries(kept.map(([key, child]) => [key, trimHistory(child)]));
}
