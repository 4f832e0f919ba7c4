/** The mapping of one field, as Elasticsearch takes it: `{ type: 'long', ignore_malformed: true }`. */
export interface FieldMapping {
  readonly type?: string;
  readonly [parameter: string]: unknown;
}

/** A field of a document and the column that it comes from. */
export interface DocumentField {
  readonly name: string;
  /** Absent for the fields that pgferry adds. */
  readonly column?: string;
  readonly mapping: FieldMapping;
  /** The narrowest mapping that holds every value of the column, where `mapping` leaves room for more. */
  readonly narrowest?: FieldMapping;
  /** The mapping of the column's type, where the file gives another one. */
  readonly overridden?: FieldMapping;
}

/** The mapping of an index: every field explicit, nothing guessed from data. */
export interface IndexMapping {
  readonly dynamic: boolean;
  readonly properties: Readonly<Record<string, FieldMapping>>;
  /**
   * Mappings that just hold all values, which an index that is there may have instead.
   * @default properties
   */
  readonly narrowest?: Readonly<Record<string, FieldMapping>>;
}
