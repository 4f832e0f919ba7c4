/** A value of a row, before it is written as COPY text: a list becomes an array, an object jsonb. */
export type CopyValue = string | number | boolean | null | readonly string[] | object;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * A row in the text format of COPY, with its newline.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
export function formatCopyRow(values: readonly CopyValue[]): string {
  return `${values.map(formatValue).join('\t')}\n`;
}

function formatValue(value: CopyValue): string {
  if (value === null) return '\\N';
  return formatText(value).replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

function formatText(value: Exclude<CopyValue, null>): string {
  if (Array.isArray(value)) return formatArray(value as readonly string[]);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function formatArray(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
