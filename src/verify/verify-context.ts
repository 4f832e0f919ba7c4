import type { OpenConnector } from '../activities/connector/connector-registry';
import type { IdScheme } from '../sync/document-owner';
import type { DifferenceLog } from './difference-log';
import type { Owners } from './look-at-owners';

/** Shared by the comparisons of one connector's relations. */
export interface VerifyContext {
  readonly connector: OpenConnector;
  /** The index itself. */
  readonly index: string;
  /** How the ids of its documents are made, as its state says. */
  readonly scheme: IdScheme;
  /** Whose the documents of the index are, by their ids. */
  readonly owners: Owners;
  readonly comparesContent: boolean;
  readonly log: DifferenceLog;
  /** Differences to list. */
  readonly limit: number;
  readonly signal: AbortSignal;
}
