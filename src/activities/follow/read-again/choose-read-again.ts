import type { ReadTable, TableMember } from '../../../postgres/catalog/find-read-tables';
import type { LeftRelation, ReadAgainRelation } from '../../../sync/wire/follow-state';
import type { Reader } from './find-readers';

/** A relation that a sync reads again when one of the tables changes that it reads. */
export interface ReadAgain extends ReadAgainRelation {
  /** `pg_class.oid` of everything in whose name such changes may come. */
  readonly oids: readonly number[];
  /** Files of partitions, and of tables that inherit: no change comes that tells of others. */
  readonly files: readonly string[];
}

/** What people are told of it. */
export function tell({ relation, reason, remedy, tables, unheard }: ReadAgain): ReadAgainRelation {
  return { relation, reason, tables, unheard, ...(remedy === undefined ? {} : { remedy }) };
}

/** Ears of a source of hints. */
export interface Hearing {
  /** Whether changes of a table's rows come, all of them, in its own name or that of a table which it belongs to. */
  readonly hears: (member: TableMember) => boolean;
  /** Gives the statement that lets changes of tables come; undefined where none of them may be published. */
  readonly publish: (tables: readonly ReadTable[]) => string | undefined;
}

/**
 * Chooses, of relations that can't be followed row by row, those that are read again when tables change which they read.
 * @returns the others as they were
 */
export function chooseReadAgain(
  left: readonly LeftRelation[],
  readers: readonly Reader[],
  { hears, publish }: Hearing,
): { readonly readAgain: readonly ReadAgain[]; readonly left: readonly LeftRelation[] } {
  const byName = new Map(readers.map((reader) => [reader.name, reader]));
  const readAgain: ReadAgain[] = [];
  const stillLeft: LeftRelation[] = [];
  for (const obstacle of left) {
    const { tables = [], trouble } = byName.get(obstacle.relation) ?? {};
    const heard = tables.filter(({ members }) => members.every(hears));
    const unheard = tables.filter((table) => !heard.includes(table));
    const statement = obstacle.remedy === undefined ? publish(unheard) : undefined;
    const remedy = statement === undefined ? obstacle.remedy : `\`${statement}\``;
    const advised = { ...obstacle, ...(remedy === undefined ? {} : { remedy }) };
    if (trouble !== undefined)
      stillLeft.push({ ...advised, reason: `${obstacle.reason}; which tables it reads can't be told: ${trouble}` });
    else if (heard.length === 0) stillLeft.push(advised);
    else {
      const told = { ...advised, tables: names(heard), unheard: names(unheard) };
      readAgain.push({ ...told, oids: listOids(heard), files: listFiles(heard) });
    }
  }
  return { readAgain, left: stillLeft };
}

function names(tables: readonly ReadTable[]): string[] {
  return tables.map(({ schema, table }) => `${schema}.${table}`);
}

function listOids(tables: readonly ReadTable[]): number[] {
  const oids = tables.flatMap(({ oid, members }) => [
    oid,
    ...members.flatMap((member) => [member.oid, ...member.roots]),
  ]);
  return [...new Set(oids)].sort((a, b) => a - b);
}

function listFiles(tables: readonly ReadTable[]): string[] {
  return tables
    .flatMap((table) => table.members.filter(({ oid }) => oid !== table.oid))
    .map(({ oid, fileNode }) => `${oid}:${fileNode}`)
    .sort();
}
