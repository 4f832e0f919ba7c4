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
  /** Another hash of the id, only summed up. */
  idHash: '_id_hash',
  /** Hash of what the row gives to the document; only on documents of relations that are read as a whole. */
  fingerprint: '_fingerprint',
} as const;
