/** Elasticsearch's limit of 255 bytes, less what pgferry appends: `-rejected`, or a mark for each rebuild. */
const MAX_BYTES = 200;

/**
 * Finds the fault that Elasticsearch would find with an index name; undefined for a good one.
 *
 * @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create
 */
export function findIndexNameProblem(name: string): string | undefined {
  if (name !== name.toLowerCase()) return 'must be lower case';
  if (/[\\/*?"<>|,#:\s]/.test(name)) return 'must not contain spaces or any of \\ / * ? " < > | , # :';
  // Half a character can't be written into a path, and control characters would reach terminals.
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return 'must not contain control characters or halves of characters';
  if (/^[-_+]/.test(name)) return 'must not start with -, _ or +';
  if (name === '.' || name === '..') return 'must not be . or ..';
  if (Buffer.byteLength(name) > MAX_BYTES) return `must be at most ${MAX_BYTES} bytes, so that suffixes fit`;
  return undefined;
}
