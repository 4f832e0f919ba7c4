import type { Client } from '@elastic/elasticsearch';

import { BUCKETS } from '../../sync/bucket-ranges';
import { type IdScheme, relationOfId } from '../../sync/document-owner';
import { OWN_FIELDS } from '../../sync/own-fields';
import { relationField } from '../../sync/relation';
import { type PageScan, scanPages } from './scan-pages';

/** A document, and its owner by its id and by its fields. */
export interface OwnedDocument {
  readonly id: string;
  /** Name of the relation that the id names; undefined where the id is none of this connector's. */
  readonly relation: string | undefined;
  /** The field `_relation`, by which syncs find documents; undefined where there is none, or more than one value. */
  readonly claim: string | undefined;
  /** Whether the document is this connector's and queries by pgferry's fields miss it. */
  readonly isStray: boolean;
}

/** Every document of an index, in pages, see {@link scanPages}: nothing is left out for the fields it has or lacks. */
export async function* scanOwners(
  client: Client,
  scan: PageScan & IdScheme,
): AsyncGenerator<readonly OwnedDocument[], void, undefined> {
  for await (const hits of scanPages(client, scan, [OWN_FIELDS.relation, OWN_FIELDS.bucket])) {
    yield hits.map(({ _id: id, fields }) => {
      const relation = relationOfId(scan, id);
      const [claim, bucket] = [onlyValue(fields, OWN_FIELDS.relation), onlyValue(fields, OWN_FIELDS.bucket)];
      const isPlaced = typeof bucket === 'number' && bucket >= 0 && bucket < BUCKETS;
      const isFound = relation !== undefined && claim === relationField(scan.connectorId, relation) && isPlaced;
      return {
        id,
        relation,
        claim: typeof claim === 'string' ? claim : undefined,
        isStray: relation !== undefined && !isFound,
      };
    });
  }
}

/** The ids of a relation's documents that queries by pgferry's fields miss. */
export async function* scanStrays(
  client: Client,
  { relation, ...scan }: PageScan & IdScheme & { readonly relation: string },
): AsyncGenerator<readonly string[], void, undefined> {
  for await (const page of scanOwners(client, scan)) {
    const strays = page.filter((document) => document.isStray && document.relation === relation);
    if (strays.length > 0) yield strays.map(({ id }) => id);
  }
}

/**
 * The relation that a document is known to be of: by its id, or where ids are keys alone, which anybody's may be, by its
 * field `_relation`; undefined for one of others.
 */
export function ownerOf(
  { connectorId, soleRelation }: IdScheme,
  { relation, claim }: OwnedDocument,
): string | undefined {
  if (soleRelation === undefined) return relation;
  return claim === relationField(connectorId, soleRelation) ? soleRelation : undefined;
}

/** Documents that are not a connector's, see {@link ownerOf}. Sees what was refreshed. */
export async function countForeignDocuments(client: Client, index: string, scheme: IdScheme): Promise<number> {
  let foreign = 0;
  for await (const page of scanOwners(client, { index, ...scheme })) {
    foreign += page.filter((document) => ownerOf(scheme, document) === undefined).length;
  }
  return foreign;
}

function onlyValue(fields: Readonly<Record<string, unknown>> | undefined, field: string): unknown {
  const values = fields?.[field];
  return Array.isArray(values) && values.length === 1 ? values[0] : undefined;
}
