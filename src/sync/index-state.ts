import { type IdScheme, idSchemeOf } from './document-owner';
import { type FollowedDefinition, isAfterOthers } from './followed-definitions';
import type { Since, UnseenTransactions } from './unseen-transactions';

/**
 * State of a relation in the index, kept in the index's mapping `_meta`: state and data live and die together.
 */
export interface RelationState {
  /** Transactions below it are in the index; absent while the relation is being copied. */
  readonly watermark?: string;
  /** Of the ids at or above it those that are not. Absent: any. */
  readonly unseen?: UnseenTransactions;
  /** `Relation.definition` together with the projection: another one means copying again. */
  readonly definition?: string;
  /** File node of each leaf by its oid. */
  readonly leaves?: Readonly<Record<string, number>>;
  /** Of a rule: hash of what the configuration says of it. */
  readonly rule?: string;
  /** Version of the sync that saved it. Absent: one of an earlier version of pgferry. */
  readonly version?: number;
  /** Fields that documents are compared by may not be as they were sent: their fingerprints don't count. */
  readonly unproven?: true;
}

/** Identity of the database that the state speaks of: another one means that no watermark can be trusted. */
export interface SourceIdentity {
  readonly systemIdentifier: string;
  readonly database: string;
  readonly timeline: number;
}

/** A transaction of the source and when it committed, to the microsecond: history that a restored backup has differently. */
export interface CommitMark {
  /** 32-bit transaction id in decimal digits */
  readonly transaction: string;
  /** `timestamptz` in UTC, as PostgreSQL prints it */
  readonly committedAt: string;
}

/** A connector's state in an index. */
export interface ConnectorState {
  /** Newest external version that the connector wrote, microseconds since 1970. */
  readonly version: number;
  readonly source?: SourceIdentity;
  /** The source's last commit when the last sync had read everything; absent where the server does not track commit times. */
  readonly lastCommit?: CommitMark;
  /** The index that this was saved in, see `IndexDescription.identity`: another one was restored or copied from it. */
  readonly index?: string;
  /** The only relation of the index, whose documents' ids are keys alone, see `IdScheme`. Absent: ids begin with both names. */
  readonly soleRelation?: string;
  /** Documents that no connector accounted for when the last sync looked. Absent: none. */
  readonly foreign?: number;
  readonly relations: Readonly<Record<string, RelationState>>;
  /** Under which definitions a stream writes, or has written, by relation. Absent: none has. */
  readonly followed?: Readonly<Record<string, FollowedDefinition>>;
}

/** pgferry's part of an index's `_meta`. */
export interface IndexState {
  readonly connectors: Readonly<Record<string, ConnectorState>>;
  /** Settings that the sync replaced and `finish` restores. */
  readonly restore?: Readonly<Record<string, string | null>>;
}

export const NO_STATE: IndexState = { connectors: {} };

/** How the ids of the documents that a connector has in an index are made. */
export function idSchemeIn({ connectors }: IndexState, connectorId: string): IdScheme {
  return idSchemeOf({ ...connectors[connectorId], connectorId });
}

/** A relation whose rows have all to be read, sent and looked at again: nobody knows what its documents are. */
export function stateInDoubt({ rule }: Pick<RelationState, 'rule'>): RelationState {
  return { ...(rule === undefined ? {} : { rule }), unproven: true };
}

/** Distance of transaction ids at which 32-bit arithmetic begins to err: a watermark that old is not used. */
const OLDEST_WATERMARK = 2n ** 31n - 100_000_000n;

/**
 * Finds the moment since which a refresh may read; undefined where everything has to be copied.
 * @param saved - what the index says of the relation
 * @param definition - of the relation as it is now
 * @param now - the sync's own horizon
 * @param followed - what a stream of the relation says. Absent: there was none
 */
export function findUsableSince(
  saved: RelationState | undefined,
  definition: string,
  now: Since,
  followed?: FollowedDefinition,
): Since | undefined {
  if (saved?.watermark === undefined || saved.definition !== definition) return undefined;
  if (!isAfterOthers(saved, followed)) return undefined;
  const age = BigInt(now.watermark) - BigInt(saved.watermark);
  if (age < 0n || age >= OLDEST_WATERMARK) return undefined;
  const { watermark, unseen } = saved;
  // Ids that are beyond this horizon, in a history that went back, may have been given out again.
  const isKnown = unseen !== undefined && BigInt(unseen.next) <= BigInt(now.unseen?.next ?? now.watermark);
  return { watermark, ...(isKnown ? { unseen } : {}) };
}

/** Whether saved state speaks of this database in its present history: another timeline gives out ids a second time. */
export function isSameDatabase(saved: SourceIdentity | undefined, now: SourceIdentity): boolean {
  return (
    saved?.systemIdentifier === now.systemIdentifier &&
    saved.database === now.database &&
    saved.timeline === now.timeline
  );
}
