import type { OpenConnector } from '../activities/connector/connector-registry';
import type { DifferenceLog } from './difference-log';

/** Shared by the comparisons of one connector's relations. */
export interface VerifyContext {
  readonly connector: OpenConnector;
  /** The index itself. */
  readonly index: string;
  /** Documents of each relation. */
  readonly documents: ReadonlyMap<string, number>;
  readonly comparesContent: boolean;
  readonly log: DifferenceLog;
  readonly signal: AbortSignal;
}
