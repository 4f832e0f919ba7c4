import type { FoundDocument, FoundId } from '../../elasticsearch/connector-documents/found-document';
import { isRecord } from '../../sync/json-value';

/** JSON objects that others have written: nothing in them can be relied on. */
export type Fields = Readonly<Record<string, unknown>>;

/** A connector's document, read with care: what is missing, or is not what it should be, is absent. */
export interface ConnectorDocument extends FoundId {
  readonly name?: string;
  readonly serviceType?: string;
  readonly indexName?: string;
  readonly status?: string;
  readonly error?: string;
  readonly lastSeen?: string;
  readonly lastSyncStatus?: string;
  readonly lastSyncError?: string;
  readonly configuration: Fields;
  readonly features: Fields;
  readonly scheduling: Fields;
  readonly pipeline: Fields;
  readonly active: Fields;
  readonly draft: Fields;
  /** What a file has published of it, as a hash; absent: it is managed in Elasticsearch. */
  readonly publishedAs?: string;
  /** The whole list of rule sets, to be written back with changes. */
  readonly filtering: readonly Fields[];
}

export function readConnector({ source, ...found }: FoundDocument): ConnectorDocument {
  const filtering = readRecords(source['filtering']);
  const publishedAs = readPublicationMark(source);
  const rules = filtering.find(({ domain }) => domain === 'DEFAULT') ?? filtering[0] ?? {};
  return {
    ...found,
    ...readTexts(source),
    ...(publishedAs === undefined ? {} : { publishedAs }),
    configuration: readFields(source['configuration']),
    features: readFields(source['features']),
    scheduling: readFields(source['scheduling']),
    pipeline: readFields(source['pipeline']),
    active: readFields(rules['active']),
    draft: readFields(rules['draft']),
    filtering,
  };
}

/** Whether a connector's form is still to be filled in: nothing is tried, started or said of its state until then. */
export function isBlank({ status }: Pick<ConnectorDocument, 'status'>): boolean {
  return status === 'created' || status === 'needs_configuration';
}

/** Key of `sync_cursor`, which the protocol leaves to services, under which pgferry keeps what is its own. */
const OWN = 'pgferry';

/** The part of a connector's document that says that a file has published it, and what of the file: a hash. */
export function toPublicationMark(hash: string): Fields {
  return { sync_cursor: { [OWN]: { published: hash } } };
}

function readPublicationMark(source: Fields): string | undefined {
  const { published } = readFields(readFields(source['sync_cursor'])[OWN]);
  return typeof published === 'string' ? published : undefined;
}

const TEXTS = {
  name: 'name',
  service_type: 'serviceType',
  index_name: 'indexName',
  status: 'status',
  error: 'error',
  last_seen: 'lastSeen',
  last_sync_status: 'lastSyncStatus',
  last_sync_error: 'lastSyncError',
} as const;

function readTexts(source: Fields): { readonly [Name in (typeof TEXTS)[keyof typeof TEXTS]]?: string } {
  const found = Object.entries(TEXTS).flatMap(([key, name]) => {
    const value = source[key];
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}

export function readFields(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

export function readRecords(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
