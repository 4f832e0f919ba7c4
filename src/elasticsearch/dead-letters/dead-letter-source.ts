/** A dead letter as the index keeps it. */
export interface DeadLetterSource {
  readonly '@timestamp': string;
  readonly connector_id: string;
  readonly relation: string;
  readonly document_id?: string | undefined;
  readonly position?: string | undefined;
  readonly error_type: string;
  readonly field?: string | undefined;
  readonly reason: string;
  readonly version: number;
  readonly job_id: string;
  /** Of a dropped document: names of the ingest pipelines. */
  readonly pipeline?: readonly string[] | undefined;
  readonly pipelines_digest?: string | undefined;
  readonly fingerprint?: number | undefined;
}
