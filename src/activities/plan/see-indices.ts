import type { OpenConnector } from '../connector/connector-registry';
import { checkOptions } from './check-options';
import { type ConnectorIndices, listIndices } from './list-indices';
import { type SeenSource, seeSource } from './plan-sync';

/** The indices of a connector whose tables have their own, and its source as one look saw it, for the plans of all. */
export interface SeenIndices extends ConnectorIndices {
  readonly seen: SeenSource;
}

/**
 * Lists a connector's indices, reads its source once, and checks what it says of all tables.
 * @throws SyncFailure `InvalidConfig`, `InvalidRule` for a column or field that no table has
 */
export async function seeIndices(connector: OpenConnector): Promise<SeenIndices> {
  const found = await listIndices(connector);
  const seen = await seeSource(connector);
  const rootless = await checkOptions(connector, found, seen.view);
  return { ...found, failed: [...found.failed, ...rootless], seen };
}
