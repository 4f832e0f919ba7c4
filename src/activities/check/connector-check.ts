import type { IndexWarning } from '../../elasticsearch/index/find-index-warnings';
import type { PlannedIndex } from '../plan/plan-sync';
import type { ConnectorProblem } from './collect-problems';

/** All that can be found out about a connector without a sync. */
export interface ConnectorCheck {
  /** Things by which a sync would fail, or for whose end it would wait. */
  readonly problems: readonly ConnectorProblem[];
  /** Things that keep no sync from working. */
  readonly warnings: readonly IndexWarning[];
  /** Sentences about what is left out, and what could not be asked. */
  readonly notes: readonly string[];
}

/** What was found out about one index. */
export interface CheckedIndex extends ConnectorCheck {
  /** Present where a sync would make it. */
  readonly newIndex?: Pick<PlannedIndex, 'settings'>;
}
