import type { Client } from '@elastic/elasticsearch';

import { OWN_FIELDS } from '../../sync/own-fields';
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
    yield hits.map(({ _id: id, fields }) => {
      const values = fields?.[FIELD];
      const fingerprint: unknown = Array.isArray(values) ? values[0] : undefined;
      return { id, fingerprint: typeof fingerprint === 'number' ? fingerprint : NaN };
    });
  }
}
