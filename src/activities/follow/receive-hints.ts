import type { ReplicationListener } from '../../postgres/replication/open-replication';
import { type BeginMessage, decodePgoutput } from '../../postgres/replication/pgoutput';
import { SyncFailure } from '../../sync/failures';
import type { ProjectedRelation } from '../plan/projected-relation';
import type { HintCount, HintSink } from './hint-source';

/** Hints of a relation above which a scan is cheaper than looking all of them up. */
const MOST_HINTS = 100_000;
/** Rows of one transaction after which those that came are told of: it may be larger than memory. */
const ROWS_PER_RING = 5_000;

/** Takes the stream's messages. */
export type HintReceiver = ReplicationListener & HintCount;

/**
 * Turns the stream into hints of keys.
 */
export function receiveHints(
  relations: readonly ProjectedRelation[],
  { roster, pending, onHints, onGap, onChange }: HintSink,
): HintReceiver {
  const byOid = new Map<number, ProjectedRelation>();
  for (const projected of relations) {
    byOid.set(projected.relation.oid, projected);
    for (const { oid } of projected.relation.leaves) byOid.set(oid, projected);
  }
  const places = new Map<number, readonly number[]>();
  const placesOf = (oid: number) => places.get(oid);
  let transaction: BeginMessage | undefined;
  let received = 0n;
  let count = 0;

  const takeRow = (oid: number, keys: readonly (readonly string[])[] | undefined) => {
    onChange(oid);
    const name = byOid.get(oid)?.name;
    if (name === undefined || roster.find(name) === undefined) return;
    if (transaction === undefined) throw new SyncFailure('Defect', 'PostgreSQL sent a row outside of a transaction.');
    if (keys === undefined) {
      onGap(name, 'a change came without its key');
      return;
    }
    count += 1;
    for (const key of keys) pending.add(name, key, transaction);
    if (count % ROWS_PER_RING === 0) onHints();
    if (pending.sizeOf(name) <= MOST_HINTS) return;
    pending.drop(name);
    onGap(name, `more than ${MOST_HINTS} keys wait to be read again`);
  };

  return {
    received: () => received,
    count: () => count,
    onMessage: (bytes) => {
      const message = decodePgoutput(bytes, placesOf);
      switch (message.kind) {
        case 'begin':
          transaction = message;
          break;
        case 'commit':
          transaction = undefined;
          received = message.endLsn;
          onHints();
          break;
        case 'relation': {
          // Of a table that is read only by others it matters that it changed.
          const name = byOid.get(message.oid)?.name;
          const key = (name === undefined ? undefined : roster.find(name))?.relation.key ?? [];
          const found = key.map((column) => message.columns.indexOf(column));
          if (found.includes(-1))
            throw new SyncFailure('SourceChanged', 'A followed table has been altered: its key has other columns.');
          places.set(message.oid, found);
          break;
        }
        case 'row':
          takeRow(message.oid, message.keys);
          break;
        case 'truncate':
          message.oids.forEach(onChange);
          for (const name of new Set(message.oids.flatMap((oid) => byOid.get(oid)?.name ?? []))) {
            pending.drop(name);
            onGap(name, 'it was truncated');
          }
          break;
        case 'other':
          break;
      }
    },
    onKeepalive: (endLsn) => {
      if (transaction !== undefined || endLsn <= received) return;
      received = endLsn;
      onHints();
    },
  };
}
