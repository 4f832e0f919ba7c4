import type { TableSelection } from '../../config/settings/settings';
import type { QualifiedName } from '../../sync/relation';

/** The pattern for every table that can be synced. */
export const EVERYTHING = '*';

/** The relations that an entry of `tables` finds: by its name alone, or as a pattern, which promises no certain table. */
export interface TableMatch<Relation extends QualifiedName> {
  readonly entry: string;
  readonly by: 'name' | 'pattern' | 'everything';
  readonly relations: readonly Relation[];
}

/**
 * Finds the relations that an entry means: first one whose name is exactly this (also with a `*` or a dot in it), then
 * `schema.table`, then a pattern, in which `*` stands for any characters.
 */
export function matchTables<Relation extends QualifiedName>(
  entry: string,
  schemas: TableSelection['schemas'],
  relations: readonly Relation[],
): TableMatch<Relation> {
  const within = relations.filter(({ schema }) => schemas.includes(schema));
  if (entry === EVERYTHING) return { entry, by: 'everything', relations: within };
  const named = within.filter(({ table }) => table === entry);
  if (named.length > 0) return { entry, by: 'name', relations: named };
  const qualified = relations.filter(({ schema, table }) => `${schema}.${table}` === entry);
  if (qualified.length > 0 || !entry.includes('*')) return { entry, by: 'name', relations: qualified };
  const matching = relations.filter(
    ({ schema, table }) =>
      (schemas.includes(schema) && fitsPattern(entry, table)) || matchesQualified(entry, schema, table),
  );
  return { entry, by: 'pattern', relations: matching };
}

/** Schemas that entries may name although they are not selected: what stands before any of their dots. */
export function schemasNamedBy(tables: readonly string[]): string[] {
  return tables.flatMap((entry) =>
    [...entry.matchAll(/\./gu)].map(({ index }) => entry.slice(0, index)).filter((schema) => !schema.includes('*')),
  );
}

/** Only a dot in the pattern can speak of a schema: `*` alone does not reach into others. */
function matchesQualified(entry: string, schema: string, table: string): boolean {
  return entry.startsWith(`${schema}.`) && fitsPattern(entry, `${schema}.${table}`);
}

/** Takes the first place for each part between stars: an expression of many stars would try all of them. */
function fitsPattern(pattern: string, name: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop() ?? '';
  let at = start.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.startsWith(start) && name.endsWith(end) && at <= name.length - end.length;
}
