import type { Client } from '@elastic/elasticsearch';

import type { RowsDigest } from '../../sync/digests/id-digest';
import { OWN_FIELDS, ROWS_FIELDS } from '../../sync/own-fields';
import { type RelationScan, scanPages } from './scan-pages';

/** A document's id and its field `_fingerprint`, as a double; NaN where it has none. */
export interface DocumentFingerprint {
  readonly id: string;
  readonly fingerprint: number;
}

const FIELD = OWN_FIELDS.fingerprint;

/** The fingerprints of a relation's documents, in pages, see {@link scanPages}. */
export async function* scanFingerprints(
  client: Client,
  scan: RelationScan,
): AsyncGenerator<DocumentFingerprint[], void, undefined> {
  for await (const hits of scanPages(client, scan, [FIELD])) {
    yield hits.map(({ _id: id, fields }) => ({ id, fingerprint: readNumber(fields, FIELD) }));
  }
}

/** A document's id and its rows of other tables, as it counts them; NaN where it does not. */
export interface DocumentRows extends RowsDigest {
  readonly id: string;
}

/** The rows of other tables in a relation's documents, in pages, see {@link scanPages}. */
export async function* scanRowCounts(
  client: Client,
  scan: RelationScan,
): AsyncGenerator<DocumentRows[], void, undefined> {
  const { rows, rowsHash } = ROWS_FIELDS;
  for await (const hits of scanPages(client, scan, [rows, rowsHash])) {
    yield hits.map(({ _id: id, fields }) => ({
      id,
      count: readNumber(fields, rows),
      hash: readNumber(fields, rowsHash),
    }));
  }
}

function readNumber(fields: Readonly<Record<string, unknown>> | undefined, name: string): number {
  const values = fields?.[name];
  const value: unknown = Array.isArray(values) ? values[0] : undefined;
  return typeof value === 'number' ? value : NaN;
}
