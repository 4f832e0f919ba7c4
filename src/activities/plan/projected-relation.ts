import type { Projection } from '../../documents/projection';
import type { IdRequest } from '../../postgres/ids/read-ids';
import type { RowSource } from '../../postgres/rows/row-source';
import type { Relation } from '../../sync/relation';

/** A relation together with how its rows become documents. */
export interface ProjectedRelation {
  readonly name: string;
  readonly relation: Relation;
  /** Source of its rows. */
  readonly rows: RowSource;
  readonly projection: Projection;
  /** Hash of all that shapes its documents: another one means that every row must be read again. */
  readonly definition: string;
  /** Of a rule: hash of what the configuration says of it. */
  readonly rule?: string;
}

/**
 * Request for the ids of the relation's rows.
 * @param signal - ends the reading of their ids
 */
export function identifyRows({ rows, projection }: ProjectedRelation, signal: AbortSignal): IdRequest {
  const { id, idKey, filter } = projection;
  return { rows, id, signal, ...(idKey === undefined ? {} : { idKey }), ...(filter === undefined ? {} : { filter }) };
}
