import { IngestError } from './ingest-error';

/** Whatever JSON holds. */
export type Fields = Record<string, unknown>;

/** A document on its way through pipelines: its metadata beside its fields, as `ctx` shows them to processors. */
export interface IngestDocument {
  readonly metadata: Fields;
  source: Fields;
}

/** A value as a template or a name of a field shows it. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

const METADATA = ['_index', '_id', '_routing', '_version', '_version_type'];

/** The value at a path, `undefined` where there is none. */
export function findField(document: IngestDocument, path: string): unknown {
  const { holder, name } = locate(document, path);
  return holder !== undefined && Object.hasOwn(holder, name) ? holder[name] : undefined;
}

/** Puts a value at a path, and makes the objects that lead there. */
export function putField(document: IngestDocument, path: string, value: unknown): void {
  if (METADATA.includes(path)) {
    document.metadata[path] = value === null || path === '_version' ? value : textOf(value);
    return;
  }
  const { holder, name } = locate(document, path, true);
  if (holder === undefined) throw new IngestError('illegal_argument_exception', `cannot set [${path}]`);
  holder[name] = value;
}

/** @throws IngestError for metadata that a document can't be without */
export function removeField(document: IngestDocument, path: string): void {
  const { metadata } = document;
  if (['_index', '_version', '_version_type'].includes(path))
    throw new IngestError('illegal_argument_exception', `cannot remove metadata field [${path}]`);
  const versionType = metadata['_version_type'];
  if (path === '_id' && typeof versionType === 'string' && versionType !== 'internal') {
    const version = `version: ${String(metadata['_version'])}, version_type: ${versionType}`;
    const reason = `cannot remove metadata field [_id] when specifying external version for the document, ${version}`;
    throw new IngestError('illegal_argument_exception', reason);
  }
  const { holder, name } = locate(document, path);
  if (holder !== undefined) Reflect.deleteProperty(holder, name);
}

function locate(document: IngestDocument, path: string, makes = false): { holder: Fields | undefined; name: string } {
  if (METADATA.includes(path)) return { holder: document.metadata, name: path };
  const names = path.split('.');
  const name = names.pop() ?? '';
  let holder: Fields | undefined = document.source;
  for (const step of names) {
    if (makes && holder[step] === undefined) holder[step] = {};
    const next: unknown = holder[step];
    if (typeof next !== 'object' || next === null) return { holder: undefined, name };
    holder = next as Fields;
  }
  return { holder, name };
}
