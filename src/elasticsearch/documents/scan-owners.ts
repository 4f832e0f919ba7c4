import type { Client } from '@elastic/elasticsearch';

import { BUCKETS } from '../../sync/bucket-ranges';
import { relationOfId } from '../../sync/document-owner';
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
  { connectorId, ...scan }: PageScan & { readonly connectorId: string },
): AsyncGenerator<readonly OwnedDocument[], void, undefined> {
  for await (const hits of scanPages(client, scan, [OWN_FIELDS.relation, OWN_FIELDS.bucket])) {
    yield hits.map(({ _id: id, fields }) => {
      const relation = relationOfId(connectorId, id);
      const [claim, bucket] = [onlyValue(fields, OWN_FIELDS.relation), onlyValue(fields, OWN_FIELDS.bucket)];
      const isPlaced = typeof bucket === 'number' && bucket >= 0 && bucket < BUCKETS;
      const isFound = relation !== undefined && claim === relationField(connectorId, relation) && isPlaced;
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
  { relation, ...scan }: PageScan & { readonly connectorId: string; readonly relation: string },
): AsyncGenerator<readonly string[], void, undefined> {
  for await (const page of scanOwners(client, scan)) {
    const strays = page.filter((document) => document.isStray && document.relation === relation);
    if (strays.length > 0) yield strays.map(({ id }) => id);
  }
}

/** Documents that are not a connector's, told by their ids alone. Sees what was refreshed. */
export async function countForeignDocuments(client: Client, index: string, connectorId: string): Promise<number> {
  let foreign = 0;
  for await (const page of scanOwners(client, { index, connectorId })) {
    foreign += page.filter(({ relation }) => relation === undefined).length;
  }
  return foreign;
}

function onlyValue(fields: Readonly<Record<string, unknown>> | undefined, field: string): unknown {
  const values = fields?.[field];
  return Array.isArray(values) && values.length === 1 ? values[0] : undefined;
}
