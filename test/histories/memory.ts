import type { PlainRelation } from './plain-source';
import type { Snapshot } from './snapshot';
import type { WorldConnector } from './world';

/** What became of a row at the last sync that took care of it. */
export interface RememberedRow {
  /** The row's document, as JSON. */
  readonly row: string;
  readonly was: 'stored' | 'rejected' | 'dropped';
  /** The pipelines that worked on it, as JSON. */
  readonly pipelines: string;
  /** Fields that only pgferry knows how to fill. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** What the judge knows of a connector from the syncs before. */
export interface Memory {
  readonly rows: Map<string, RememberedRow>;
  /** Relations that were synced into the index that is there now. */
  readonly known: Set<string>;
  /** Versions of documents, by id, as a sync left them that a pipeline interfered with: with wrong fields. */
  readonly spoilt: Map<string, number>;
}

export function createMemory(): Memory {
  return { rows: new Map(), known: new Set(), spoilt: new Map() };
}

const OWN = ['_bucket', '_id_hash', '_fingerprint'];

/** Remembers what a sync made of a relation's rows. */
export function remember(
  memory: Memory,
  { name, rows }: PlainRelation,
  after: Snapshot,
  connector: WorldConnector,
): void {
  memory.known.add(name);
  const earlier = new Map(memory.rows);
  for (const id of memory.rows.keys()) if (id.startsWith(`${connector.id}:${name}:`)) memory.rows.delete(id);
  for (const [id, { document }] of rows ?? []) {
    const kept = after.documents.get(id);
    const row = JSON.stringify(document);
    const before = earlier.get(id);
    // What others changed of a document that is not written again stays wrong.
    const own =
      before?.row === row && before.was === 'stored'
        ? before.own
        : Object.fromEntries(
            OWN.flatMap((field) => (kept && field in kept.source ? [[field, kept.source[field]]] : [])),
          );
    const was = kept !== undefined ? 'stored' : after.letters.get(id)?.isDropped === true ? 'dropped' : 'rejected';
    memory.rows.set(id, { row, was, pipelines: JSON.stringify(connector.pipelines), own });
  }
}
