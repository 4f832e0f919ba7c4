/**
 * Fields that every document has, whatever the connector calls its others: what pgferry finds and compares documents by.
 */
export const OWN_FIELDS = {
  /** When the row was committed, or synced where PostgreSQL does not know. */
  timestamp: '_timestamp',
  /** The value is `relationField`'s. */
  relation: '_relation',
  /** Place of the id's hash among the buckets. */
  bucket: '_bucket',
  /** Another hash of the id: summed up, and searched for where sums differ. */
  idHash: '_id_hash',
  /** Hash of what the row gives to the document; only on documents of relations that are read as a whole. */
  fingerprint: '_fingerprint',
} as const;

/** Fields of documents that hold rows of other tables: such rows can go without a trace in any that stays. */
export const ROWS_FIELDS = {
  /** How many rows of branches belong to the document, also those behind the limit of a list. */
  rows: '_rows',
  /** Sum of the hashes of their keys, modulo 2^32. */
  rowsHash: '_rows_hash',
} as const;
