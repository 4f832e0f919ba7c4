import { identifyRows, type ProjectedRelation } from '../activities/plan/projected-relation';
import type { StoredDocument } from '../elasticsearch/answers/cut-hits';
import { getDocuments } from '../elasticsearch/documents/stored-documents';
import { findExisting } from '../postgres/ids/read-ids';
import { copyByIds } from '../postgres/rows/copy-by-ids';
import type { RefusedRow } from '../postgres/rows/copy-piece';
import { mayShareIds } from '../sync/relation';
import { copiedDocuments } from './copied-documents';
import { compareFields } from './difference';
import { digestDocument } from './digest-document';
import { copyOptions, findSharedIds } from './read-row-digests';
import type { RejectedRows } from './rejected-rows';
import type { VerifyContext } from './verify-context';

/** Documents that are fetched by one request. */
const IDS_PER_REQUEST = 100;

/**
 * Looks once more at rows whose document seemed to be missing or to differ: rows change, and syncs run, while
 * relations are read one after the other. What still differs is logged.
 */
export async function confirmRows(
  context: VerifyContext,
  projected: ProjectedRelation,
  ids: readonly string[],
  rejected: RejectedRows,
): Promise<void> {
  const gone = new Set(ids);
  const shared = mayShareIds(projected.relation) ? await findSharedIds(context, projected, { ids }) : [];
  await compareRefused(context, projected.name, shared, rejected);
  const isShared = new Set(shared);
  const request = { ...copyOptions(context, projected), rows: projected.rows, ids };
  for await (const piece of copyByIds(context.connector.source, request)) {
    if (piece.kind === 'rows') {
      const rows = [...copiedDocuments(piece)];
      for (const { id } of rows) gone.delete(id);
      const compared = rows.filter(({ id }) => !isShared.has(id));
      for (let start = 0; start < compared.length; start += IDS_PER_REQUEST) {
        await compareRows(context, projected.name, compared.slice(start, start + IDS_PER_REQUEST), rejected);
      }
    } else if (piece.kind === 'refused') {
      const refused = piece.rows.flatMap(identified);
      for (const id of refused) gone.delete(id);
      await compareRefused(context, projected.name, refused, rejected);
    }
  }
  await confirmExtras(context, projected, [...gone]);
}

/** Looks once more at documents that seemed to have no row. */
export async function confirmExtras(
  context: VerifyContext,
  projected: ProjectedRelation,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const { connector, index, log } = context;
  const existing = await findExisting(connector.source, { ...identifyRows(projected, context.signal), ids });
  const withoutRow = ids.filter((id) => !existing.has(id));
  for (let start = 0; start < withoutRow.length; start += IDS_PER_REQUEST) {
    const slice = withoutRow.slice(start, start + IDS_PER_REQUEST);
    for (const { id, source } of await getDocuments(connector.elasticsearch, index, slice)) {
      log.add({ relation: projected.name, id, kind: 'extra' }, source);
    }
  }
}

async function compareRows(
  { connector, index, comparesContent, log }: VerifyContext,
  relation: string,
  rows: readonly StoredDocument[],
  rejected: RejectedRows,
): Promise<void> {
  const found = await getDocuments(
    connector.elasticsearch,
    index,
    rows.map(({ id }) => id),
  );
  const documents = new Map(found.map(({ id, source }) => [id, source]));
  for (const { id, source } of rows) {
    const document = documents.get(id);
    if (document === undefined) {
      if (!rejected.confirm(id)) log.add({ relation, id, kind: 'missing' });
    } else if (comparesContent && digestDocument(source) !== digestDocument(document)) {
      const fields = compareFields(source, document);
      if (fields.length > 0) log.add({ relation, id, kind: 'changed', fields }, document);
    }
  }
}

/** Rows without a readable id are looked for by their place. */
function identified(row: RefusedRow): string[] {
  return row.id === undefined ? [] : [row.id];
}

/** Rows that are too large, can't be rendered, or share an id: they have no document, but a dead letter. */
async function compareRefused(
  { connector, index, log }: VerifyContext,
  relation: string,
  ids: readonly string[],
  rejected: RejectedRows,
): Promise<void> {
  for (const id of ids) {
    const [document] = await getDocuments(connector.elasticsearch, index, [id]);
    if (document !== undefined) log.add({ relation, id, kind: 'changed' }, document.source);
    else if (!rejected.confirm(id)) log.add({ relation, id, kind: 'missing' });
  }
}
