/** Why a pipeline can't process a document, or be kept, as Elasticsearch says it. */
export class IngestError extends Error {
  constructor(
    readonly type: string,
    reason: string,
    readonly status = 400,
  ) {
    super(reason);
  }
}

/** The error as it stands in an answer. */
export function renderError({ type, message }: IngestError): object {
  return { type, reason: message };
}
