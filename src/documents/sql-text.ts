/**
 * Quotes an identifier of PostgreSQL, always: `we"ird` becomes `"we""ird"`.
 * @throws Error when the name holds NUL or is empty: PostgreSQL has no such names, so this is a defect.
 */
export function quoteIdentifier(name: string): string {
  refuseNul(name);
  if (name === '') throw new Error('an identifier of PostgreSQL is never empty');
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Quotes a text as an SQL literal that means the same whatever `standard_conforming_strings` is.
 * @throws Error when the text holds NUL, which no text of PostgreSQL can.
 */
export function quoteLiteral(text: string): string {
  refuseNul(text);
  const quoted = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/** A relation's name for SQL: `"public"."orders"`. */
export function qualifiedName({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

function refuseNul(text: string): void {
  if (text.includes('\0')) throw new Error('a text for PostgreSQL must not hold NUL');
}
