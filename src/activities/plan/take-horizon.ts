import { findPrimary } from '../../postgres/server/find-primary';
import { untilReplayed } from '../../postgres/server/until-replayed';
import { type Horizon, readHorizon, untilFlushed } from '../../postgres/server/watermark';
import type { OpenConnector } from '../connector/open-connector';

/** The horizon of a sync; rows may be described from now on, and it can be relied on when {@link settled} is done. */
export interface TakenHorizon {
  readonly horizon: Horizon;
  readonly settled: Promise<void>;
}

/**
 * Takes the horizon that a sync reads by. Where rows are read from a standby while the changes of its primary are
 * followed, it is the primary's, and reading waits for the standby: so that a sync and the stream, which reads the
 * primary, are ordered by one clock and one list of transactions, as if both had read the primary.
 */
export async function takeHorizon(connector: OpenConnector): Promise<TakenHorizon> {
  const { source } = connector;
  const primary = await findPrimary(connector);
  const horizon = await readHorizon(primary);
  if (primary === source) return { horizon, settled: untilFlushed(source, horizon) };
  // A standby gets what is on its primary's disk, which waits for a commit.
  await untilFlushed(primary, horizon);
  await untilReplayed(source, horizon);
  return { horizon, settled: Promise.resolve() };
}
