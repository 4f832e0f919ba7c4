/** What ids begin with: `qualified` with connector and relation, `key` with nothing, since an index holds one relation. */
export type IdStyle = 'qualified' | 'key';

/** How the ids of a connector's documents in an index tell whose they are. */
export interface IdScheme {
  readonly connectorId: string;
  /**
   * The only relation whose documents the index holds, as `formatRelation` writes it: their ids are the keys alone, and every
   * document is one of its. Absent: ids begin with connector and relation.
   */
  readonly soleRelation?: string;
}

/** The scheme alone, of what has more. */
export function idSchemeOf({ connectorId, soleRelation }: IdScheme): IdScheme {
  return { connectorId, ...(soleRelation === undefined ? {} : { soleRelation }) };
}

/**
 * The beginning of all ids of a relation's documents: `{connector}:{schema}.{table}:`, or nothing where ids are keys alone.
 * Whose a document is, this tells: its fields others may write.
 * @param relation - the relation's name, see `formatRelation`
 */
export function documentIdPrefix({ connectorId, soleRelation }: IdScheme, relation: string): string {
  return soleRelation === undefined ? qualifiedPrefix(connectorId, relation) : '';
}

/** The name of the relation whose document an id names; undefined for an id that is not this connector's. */
export function relationOfId({ connectorId, soleRelation }: IdScheme, id: string): string | undefined {
  if (soleRelation !== undefined) return soleRelation;
  const start = `${encodeURIComponent(connectorId)}:`;
  if (!id.startsWith(start)) return undefined;
  const end = id.indexOf(':', start.length);
  return end === -1 ? undefined : id.slice(start.length, end);
}

/** Whether an id tells by itself which relation's document it is: no other one's can be the same then. */
export function namesRelation(connectorId: string, relation: string, id: string): boolean {
  return id.startsWith(qualifiedPrefix(connectorId, relation));
}

function qualifiedPrefix(connectorId: string, relation: string): string {
  return `${encodeURIComponent(connectorId)}:${relation}:`;
}
