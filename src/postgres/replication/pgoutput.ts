import { SyncFailure } from '../../sync/failures';

/** Text of a key's columns, in the key's order. */
export type KeyText = readonly string[];

/** A message of the plugin `pgoutput`, protocol version 1; of rows only their keys are read. */
export type PgoutputMessage =
  | BeginMessage
  | CommitMessage
  | RelationMessage
  | RowMessage
  | TruncateMessage
  /** Origins, types and messages of others. */
  | { readonly kind: 'other' };

export interface BeginMessage {
  readonly kind: 'begin';
  /** Position of the transaction's commit in WAL. */
  readonly finalLsn: bigint;
  /** Microseconds since 1970. */
  readonly committedAt: number;
  /** Transaction id: its lowest 32 bits. */
  readonly xid: number;
}

export interface CommitMessage {
  readonly kind: 'commit';
  /** Position after the commit. */
  readonly endLsn: bigint;
}

/** A table as its next rows are sent: it comes before the first of them, and after each change. */
export interface RelationMessage {
  readonly kind: 'relation';
  readonly oid: number;
  readonly columns: readonly string[];
}

/** A row that was inserted, updated or deleted: the old key where it changed, and the new one. */
export interface RowMessage {
  readonly kind: 'row';
  readonly oid: number;
  /**
   * None for a table without places of a key. Absent: a column of the key was not sent, or is null, so that nobody can tell
   * which row it is.
   */
  readonly keys?: readonly KeyText[];
}

export interface TruncateMessage {
  readonly kind: 'truncate';
  readonly oids: readonly number[];
}

/** Gives the places of a key's columns among those that are sent: none where rows don't matter; undefined: none are known. */
export type KeyPlaces = (oid: number) => readonly number[] | undefined;

/** Microseconds from 1970 to 2000, where PostgreSQL's time begins. */
const EPOCH_MICROSECONDS = 946_684_800_000_000;
const NULL = 0x6e; // n
const UNCHANGED = 0x75; // u
const TEXT = 0x74; // t
const OLD_KEY = 0x4b; // K
const OLD_ROW = 0x4f; // O
const IGNORED: ReadonlySet<string> = new Set(['O', 'Y', 'M']);

/**
 * Decodes one message.
 * @throws SyncFailure `Defect` for one that is cut, or of a kind that version 1 has not
 */
export function decodePgoutput(bytes: Buffer, placesOf: KeyPlaces): PgoutputMessage {
  const kind = String.fromCharCode(bytes[0] ?? 0);
  try {
    switch (kind) {
      case 'I':
      case 'U':
      case 'D':
        return decodeRow(bytes, placesOf);
      case 'B':
        return {
          kind: 'begin',
          finalLsn: bytes.readBigUInt64BE(1),
          committedAt: Number(bytes.readBigInt64BE(9)) + EPOCH_MICROSECONDS,
          xid: bytes.readUInt32BE(17),
        };
      case 'C':
        return { kind: 'commit', endLsn: bytes.readBigUInt64BE(10) };
      case 'R':
        return decodeRelation(bytes);
      case 'T':
        return { kind: 'truncate', oids: readOids(bytes, 6, bytes.readUInt32BE(1)) };
      default:
        if (IGNORED.has(kind)) return { kind: 'other' };
    }
  } catch (error) {
    // By its name: there may be several realms.
    if ((error as { readonly name?: unknown }).name !== 'RangeError') throw error;
  }
  throw new SyncFailure('Defect', `PostgreSQL sent a message of replication that can't be read, of kind "${kind}".`);
}

function decodeRelation(bytes: Buffer): RelationMessage {
  const schemaEnd = endOfText(bytes, 5);
  const nameEnd = endOfText(bytes, schemaEnd + 1);
  const columns: string[] = [];
  // After the replica identity.
  let at = nameEnd + 4;
  for (let left = bytes.readUInt16BE(nameEnd + 2); left > 0; left -= 1) {
    const end = endOfText(bytes, at + 1);
    columns.push(bytes.toString('utf8', at + 1, end));
    at = end + 9;
  }
  return { kind: 'relation', oid: bytes.readUInt32BE(1), columns };
}

function endOfText(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(0, from);
  if (end < 0) throw new RangeError('a text does not end');
  return end;
}

function readOids(bytes: Buffer, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => bytes.readUInt32BE(from + 4 * index));
}

function decodeRow(bytes: Buffer, placesOf: KeyPlaces): PgoutputMessage {
  const oid = bytes.readUInt32BE(1);
  const places = placesOf(oid);
  if (places === undefined) return { kind: 'other' };
  if (places.length === 0) return { kind: 'row', oid, keys: [] };
  const keys: KeyText[] = [];
  // An update has its old key, or its old row, before the new one; a deletion has that alone.
  for (let at = 5; at < bytes.length;) {
    const mark = bytes[at];
    const { values, end } = readTuple(bytes, at + 1, places);
    if (values !== undefined) keys.push(values);
    // The old key has all that the new row lacks, if any.
    else if (mark === OLD_KEY || mark === OLD_ROW || keys.length === 0) return { kind: 'row', oid };
    at = end;
  }
  return { kind: 'row', oid, keys };
}

interface ReadTuple {
  /** Absent where one is null, or was not sent. */
  readonly values?: KeyText;
  readonly end: number;
}

function readTuple(bytes: Buffer, from: number, places: readonly number[]): ReadTuple {
  const values: string[] = [];
  let found = 0;
  let at = from + 2;
  const count = bytes.readUInt16BE(from);
  for (let place = 0; place < count; place += 1) {
    const kind = bytes[at];
    at += 1;
    if (kind === NULL || kind === UNCHANGED) continue;
    if (kind !== TEXT) throw new RangeError('a value of an unknown kind');
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new RangeError('a value is cut');
    const position = places.indexOf(place);
    if (position >= 0) {
      values[position] = bytes.toString('utf8', at + 4, end);
      found += 1;
    }
    at = end;
  }
  return found === places.length ? { values, end: at } : { end: at };
}
