import type { FollowedDefinition } from '../../src/sync/followed-definitions';
import type { Since } from '../../src/sync/unseen-transactions';

/**
 * The model: a table of a few rows, an index, requests on their way, a sync and a stream, as plain data. Each step of
 * each party is one action; between any two of them anything else may happen.
 *
 * A row's content is the id of the transaction that wrote it. It lies at one of two places, which a copy reads one after
 * the other, and an update may move it.
 */
export interface World {
  /** PostgreSQL's clock. It goes on whenever a writer begins. */
  readonly clock: number;
  readonly timeline: number;
  /** Definition of the table and of its documents, 0 or 1: people change it, and back. */
  readonly definition: 0 | 1;
  /** Times that its rows were exchanged: each gives it other leaves. */
  readonly leaves: number;
  readonly nextXid: number;
  readonly transactions: readonly Transaction[];
  readonly rows: readonly (Row | null)[];
  /** Rows and next id as a standby has them that is behind by the last transaction. */
  readonly standby: { readonly rows: readonly (Row | null)[]; readonly nextXid: number };
  /** Documents of the index that serves. */
  readonly documents: readonly (Document | null)[];
  /** Documents of the index that a rebuild makes; null while there is none. */
  readonly building: readonly (Document | null)[] | null;
  readonly requests: readonly Request[];
  readonly state: SavedState | null;
  readonly sync: Sync | null;
  readonly stream: Stream | null;
  /** A stream whose worker was frozen, and that goes on with what it had, beside its successor. */
  readonly frozen: Stream | null;
  /** Whether the last sync met rows at rest, which have been so since: then documents and rows are equal. */
  readonly atRest: boolean;
  /** Whether the stream's gap is closed: then documents and rows are equal whenever it has nothing to do. */
  readonly following: boolean;
  /** The sync that met a version which none of the writers had, and what it said; null while none did. */
  readonly refusal: string | null;
  readonly left: Budget;
}

/** Things that may still happen, by number: they keep the world small. */
export interface Budget {
  readonly writes: number;
  readonly syncs: number;
  /** Syncs, of those, that may be rebuilds. */
  readonly rebuilds: number;
  readonly streams: number;
  /** Deaths of a sync or a stream. */
  readonly deaths: number;
  /** Requests that arrive twice. */
  readonly doubles: number;
  /** Deletions that Elasticsearch forgets. */
  readonly forgotten: number;
  readonly failovers: number;
  readonly redefinitions: number;
  /** Exchanges of all rows for older ones. */
  readonly exchanges: number;
  /** Steps back of the clock. */
  readonly stepsBack: number;
}

export interface Row {
  /** Id of the transaction that wrote it: its content, too. */
  readonly xid: number;
  readonly place: 0 | 1;
}

/** A transaction in progress. It writes one row at its beginning. */
export interface Transaction {
  readonly xid: number;
  readonly key: number;
  /** Place of the new row; null for a deletion. */
  readonly place: 0 | 1 | null;
  /** Flushed: its commit is on disk, and on its way to the stream, but no snapshot sees it yet. */
  readonly flushed: boolean;
}

/** A document, or a deletion that Elasticsearch remembers, with its external version. */
export interface Document {
  /** Content; null for a deletion. */
  readonly xid: number | null;
  readonly definition: 0 | 1;
  readonly version: number;
}

/** A write on its way to Elasticsearch. */
export interface Request extends Document {
  readonly key: number;
  readonly into: 'documents' | 'building';
  /** The writer that waits for the answer; nobody for a copy of an answered one, or where its writer died. */
  readonly from: 'sync' | 'stream' | 'nobody';
  /** Of a writer that died before there was an answer. */
  readonly orphaned: boolean;
}

/** The connector's state in the index. */
export interface SavedState {
  readonly version: number;
  readonly timeline: number;
  readonly definition: 0 | 1;
  readonly leaves: number;
  readonly since?: Since;
  /** Version of the sync that saved `since`. */
  readonly synced?: number;
  readonly followed?: FollowedDefinition;
}

export interface Sync {
  readonly isFull: boolean;
  /** Whether it copies everything into a new index, which takes the old one's place. */
  readonly isRebuild: boolean;
  readonly version: number;
  readonly horizon: Since;
  /** Moment since which a refresh reads; absent for a copy. */
  readonly since?: Since;
  /** How often it was planned anew, since the definition changed under it. */
  readonly round: number;
  readonly step: 'copy 0' | 'copy 1' | 'catch up' | 'survey' | 'heal' | 'delete' | 'finish';
  /** Rows to look at in the steps that follow the survey. */
  readonly missing: readonly number[];
  readonly stale: readonly number[];
  /** Contents that each row has had since the sync began; null while it was not there. */
  readonly seen: readonly (readonly (number | null)[])[];
  /** Whether nothing was in progress when it began, and nothing has begun since. */
  readonly atRest: boolean;
  /** Whether it began after the stream's slot was there, so that it closes the gap. */
  readonly closesGap: boolean;
  /** Whether a stream was there while it ran, which has the last word about rows that it was told of. */
  readonly isBesideStream: boolean;
}

/** The stream, as continuous mode is specified to be; what it decides is not in `src` yet. */
export interface Stream {
  /** Transactions that its slot waits for; empty once it listens. */
  readonly awaits: readonly number[];
  readonly hints: readonly Hint[];
  /** The keys that were read last and are not acknowledged. */
  readonly reading: readonly Hint[];
  /** Version of its last batch, or one that a conflict named. */
  readonly version: number;
}

export interface Hint {
  readonly key: number;
  readonly xid: number;
}

/** An action of some party, in words, and the world after it. */
export interface Step {
  readonly says: string;
  readonly world: World;
  /** The sync that completes by it. Absent: none. */
  readonly completed?: Sync;
}

/**
 * A world before anything happened, without documents.
 * @param keys - rows that there may be
 * @param present - rows that there are
 */
export function createWorld(keys: number, present: number, left: Budget): World {
  const rows = Array.from({ length: keys }, (_, key) => (key < present ? ({ xid: 1, place: 0 } as const) : null));
  return {
    clock: 1_000,
    timeline: 1,
    definition: 0,
    leaves: 0,
    nextXid: 2,
    transactions: [],
    rows,
    standby: { rows, nextXid: 2 },
    documents: rows.map(() => null),
    building: null,
    requests: [],
    state: null,
    sync: null,
    stream: null,
    frozen: null,
    atRest: false,
    following: false,
    refusal: null,
    left,
  };
}

export function spend(left: Budget, what: keyof Budget): Budget {
  return { ...left, [what]: left[what] - 1 };
}

export function replaceAt<Item>(list: readonly Item[], place: number, item: Item): Item[] {
  return list.map((old, position) => (position === place ? item : old));
}
