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

/** Finds what is wrong with the placeholders of an `index_name`; undefined where nothing is, or where it has none. */
export function findNamingProblem(name: string): string | undefined {
  const [, ...others] = /\{(\w*)\}/u.exec(name.replaceAll(/\{(?:schema|table)\}/gu, '')) ?? [];
  if (others.length > 0) return `has no placeholder {${others.join('')}}: there are {table} and {schema}`;
  if (name.includes('{schema}') && !name.includes('{table}')) return 'needs {table}: an index holds one table, or all';
  return undefined;
}
