import type { OpenConnector } from '../activities/connector/connector-registry';
import { hasManyIndices } from '../sync/indices/index-naming';
import type { Verification } from './verification';
import { verifyIndex, type VerifyOptions } from './verify-index';
import { verifyIndices } from './verify-indices';

/**
 * Compares every row of a connector with its document, in one index or in that of its table: presence, content, and
 * nothing extra. Changes nothing.
 * @throws SyncFailure when a server can't be read or a relation is missing: a failed read is no difference
 */
export function verifyConnector(connector: OpenConnector, options: VerifyOptions): Promise<Verification> {
  return hasManyIndices(connector.settings) ? verifyIndices(connector, options) : verifyIndex(connector, options);
}
