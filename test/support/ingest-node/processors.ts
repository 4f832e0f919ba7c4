import { type Fields, findField, type IngestDocument, putField, removeField, textOf } from './ingest-document';
import { IngestError } from './ingest-error';

/** Takes a document out of what is written. */
export const DROPPED = Symbol('dropped');

type Process = (document: IngestDocument, options: Fields) => typeof DROPPED | undefined;

/** The processors that are played, but for `pipeline`, as https://www.elastic.co/docs/reference/enrich-processor describes them. */
export const PROCESSORS: Readonly<Record<string, Process>> = {
  drop: () => DROPPED,
  fail: (document, { message }) => {
    throw new IngestError('fail_processor_exception', textOf(fill(document, message)), 500);
  },
  set: (document, { field, value, copy_from: source, override = true, ignore_empty_value: ignoresEmpty = false }) => {
    const path = textOf(fill(document, field));
    const wanted = source === undefined ? fill(document, value) : findField(document, textOf(source));
    if (ignoresEmpty === true && (wanted === undefined || wanted === null || wanted === '')) return undefined;
    if (override === false && (findField(document, path) ?? null) !== null) return undefined;
    putField(document, path, structuredClone(wanted));
    return undefined;
  },
  remove: (document, { field, ignore_missing: ignoresMissing = false }) => {
    for (const path of [field].flat().map((name) => textOf(fill(document, name)))) {
      if (findField(document, path) !== undefined) removeField(document, path);
      else if (ignoresMissing !== true) throw illegal(`field [${path}] not present as part of path [${path}]`);
    }
    return undefined;
  },
  rename: (document, { field, target_field: target, ignore_missing: ignoresMissing = false, override = false }) => {
    const [from, to] = [textOf(fill(document, field)), textOf(fill(document, target))];
    const value = findField(document, from);
    if (value === undefined) {
      if (ignoresMissing === true) return undefined;
      throw illegal(`field [${from}] doesn't exist`);
    }
    if (override !== true && findField(document, to) !== undefined) throw illegal(`field [${to}] already exists`);
    removeField(document, from);
    putField(document, to, value);
    return undefined;
  },
};

/** Puts fields where a template names them: `{{{sku}}}`. */
function fill(document: IngestDocument, template: unknown): unknown {
  if (typeof template !== 'string') return template;
  return template.replaceAll(/\{\{\{?\s*([^{}\s]+)\s*\}?\}\}/gu, (_, path: string) =>
    textOf(findField(document, path)),
  );
}

function illegal(reason: string): IngestError {
  return new IngestError('illegal_argument_exception', reason);
}
