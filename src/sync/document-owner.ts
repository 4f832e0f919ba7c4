/**
 * The beginning of all ids of a relation's documents: `{connector}:{schema}.{table}:`. Whose a document is, this tells:
 * its fields others may write.
 * @param relation - the relation's name, see `formatRelation`
 */
export function documentIdPrefix(connectorId: string, relation: string): string {
  return `${encodeURIComponent(connectorId)}:${relation}:`;
}

/** The name of the relation whose document an id names; undefined for an id that is not this connector's. */
export function relationOfId(connectorId: string, id: string): string | undefined {
  const start = `${encodeURIComponent(connectorId)}:`;
  if (!id.startsWith(start)) return undefined;
  const end = id.indexOf(':', start.length);
  return end === -1 ? undefined : id.slice(start.length, end);
}
