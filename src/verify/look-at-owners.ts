import type { Client } from '@elastic/elasticsearch';

import { scanOwners } from '../elasticsearch/documents/scan-owners';
import type { IdScheme } from '../sync/document-owner';
import { relationField } from '../sync/relation';

/** Ids that are kept, some 100 bytes each: so many strays there are only where something takes pgferry's fields off. */
const MOST_STRAYS = 1_000_000;

/** Ids of documents that claim to be the connector's: enough to see whose work they are. */
const MOST_CLAIMING = 10;

/** Documents that carry this connector's `_relation` under an id that is none of its own, as copies do. */
export interface ClaimingDocuments {
  readonly documents: number;
  /** The first ten ids. */
  readonly ids: readonly string[];
}

/** Owners of an index's documents, told by ids alone. */
export interface Owners {
  /** Documents of the connector by relation, whether or not it is synced. */
  readonly documents: ReadonlyMap<string, number>;
  /** Ids by relation of documents that queries by pgferry's fields miss. */
  readonly strays: ReadonlyMap<string, readonly string[]>;
  /** Strays above the million that are kept, by relation. */
  readonly uncounted: ReadonlyMap<string, number>;
  /** Documents that are not this connector's. */
  readonly foreign: number;
  /** Those among them that syncs count as its own. */
  readonly claiming: ClaimingDocuments;
}

/** Looks at every id of an index. Sees what was refreshed. */
export async function lookAtOwners(
  client: Client,
  scan: IdScheme & { readonly index: string; readonly signal: AbortSignal },
): Promise<Owners> {
  const documents = new Map<string, number>();
  const strays = new Map<string, string[]>();
  const uncounted = new Map<string, number>();
  const claiming: string[] = [];
  const own = relationField(scan.connectorId, '');
  let [foreign, claimed, kept] = [0, 0, 0];
  for await (const page of scanOwners(client, scan)) {
    for (const { id, relation, claim, isStray } of page) {
      if (relation === undefined) {
        foreign += 1;
        if (claim?.startsWith(own) !== true) continue;
        claimed += 1;
        if (claimed <= MOST_CLAIMING) claiming.push(id);
        continue;
      }
      add(documents, relation);
      if (!isStray) continue;
      kept += 1;
      if (kept > MOST_STRAYS) add(uncounted, relation);
      else {
        const ids = strays.get(relation);
        if (ids === undefined) strays.set(relation, [id]);
        else ids.push(id);
      }
    }
  }
  return { documents, strays, uncounted, foreign, claiming: { documents: claimed, ids: claiming } };
}

function add(counts: Map<string, number>, relation: string): void {
  counts.set(relation, (counts.get(relation) ?? 0) + 1);
}
