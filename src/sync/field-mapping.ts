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
  /** The mapping of the column's type, where the file gives another one. */
  readonly overridden?: FieldMapping;
}

/** The mapping of an index: every field explicit, nothing guessed from data. */
export interface IndexMapping {
  readonly dynamic: boolean;
  readonly properties: Readonly<Record<string, FieldMapping>>;
}
