import type { Client } from '@elastic/elasticsearch';

import { ownerOf, scanOwners } from '../../elasticsearch/documents/scan-owners';
import type { IndexDescription } from '../../elasticsearch/index/describe-index';
import { refreshIndex } from '../../elasticsearch/index/refresh-index';
import { idSchemeIn } from '../../sync/index-state';

/** Relations of a connector, which are alone in an index or not. */
export interface Occupants {
  readonly connectorId: string;
  readonly relations: readonly string[];
}

/** Why an index must not go with some relations of a connector, by its state; undefined where they have it for themselves. */
export function findOtherUse(
  { isOwn, state }: Pick<IndexDescription, 'isOwn' | 'state'>,
  { connectorId, relations }: Occupants,
): string | undefined {
  if (!isOwn) return 'it was there before pgferry';
  const others = Object.keys(state.connectors).filter((id) => id !== connectorId);
  if (others.length > 0) return `it is also that of connector ${others.join(', ')}`;
  const more = Object.keys(state.connectors[connectorId]?.relations ?? {}).filter((name) => !relations.includes(name));
  return more.length === 0 ? undefined : `it holds documents of ${more.join(', ')}`;
}

/** Whether an index must not go with some relations, by its state or since an id is none of theirs. Refreshes it. */
export async function isUsedOtherwise(
  client: Client,
  described: IndexDescription,
  occupants: Occupants,
  signal: AbortSignal,
): Promise<boolean> {
  const { concrete: index } = described;
  await refreshIndex(client, index);
  if (findOtherUse(described, occupants) !== undefined) return true;
  const { connectorId, relations } = occupants;
  const own = new Set<string | undefined>(relations);
  const scheme = idSchemeIn(described.state, connectorId);
  for await (const page of scanOwners(client, { index, ...scheme, signal })) {
    if (page.some((document) => !own.has(ownerOf(scheme, document)))) return true;
  }
  return false;
}
