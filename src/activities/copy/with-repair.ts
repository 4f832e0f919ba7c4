import type { BulkWriter } from '../../elasticsearch/bulk-writer/bulk-writer';
import { writeState } from '../../elasticsearch/index/state-store';
import { SyncFailure } from '../../sync/failures';
import { type IndexState, stateInDoubt } from '../../sync/index-state';
import type { SyncJob } from '../../sync/sync-plan';
import type { OpenConnector } from '../connector/connector-registry';
import { withWriter } from './with-writer';

/** Rows of one relation that are sent although they did not change: their documents are missing. */
export interface Repair {
  readonly connector: OpenConnector;
  readonly job: SyncJob;
  readonly relation: string;
  readonly signal: AbortSignal;
}

/**
 * Runs work with a bulk writer of its own, as `withWriter` does. No watermark brings these rows back to a next sync:
 * where a pipeline spoils their documents, which are no longer missing then, the relation loses it.
 */
export async function withRepair<Result>(
  { connector, job, relation, signal }: Repair,
  work: (writer: BulkWriter) => Promise<Result>,
): Promise<Result> {
  try {
    return await withWriter(connector, job, signal, work);
  } catch (error) {
    if (error instanceof SyncFailure && error.type === 'PipelineInterferes')
      await writeState(connector.elasticsearch, job.concreteIndex, (state) => doubt(state, job.connectorId, relation));
    throw error;
  }
}

function doubt(state: IndexState, connectorId: string, relation: string): IndexState {
  const connector = state.connectors[connectorId];
  const saved = connector?.relations[relation];
  if (connector === undefined || saved === undefined) return state;
  const relations = { ...connector.relations, [relation]: stateInDoubt(saved) };
  return { ...state, connectors: { ...state.connectors, [connectorId]: { ...connector, relations } } };
}
