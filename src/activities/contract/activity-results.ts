import type { BucketRange } from '../../sync/bucket-ranges';
import type { Checkpoint } from '../../sync/checkpoint';
import type { RelationReport } from '../../sync/report';

/** What the worker knows of a connector that the workflow decides with. */
export interface ConnectorFacts {
  /** Hash of the connector's definition, secrets apart. */
  readonly definition: string;
  /** Data activities at the same time. */
  readonly concurrency: number;
  /** Share of documents that may be deleted without consent. */
  readonly maxDeleteRatio: number;
  readonly maxRejected: number;
  /** Whether the namespace knows the search attributes of syncs. @default false */
  readonly searchAttributes?: boolean;
}

/** What a copy task did, and whether it is done; not when the sync was paused or cancelled meanwhile. */
export interface CopyResult {
  readonly finished: boolean;
  readonly checkpoint: Checkpoint;
}

/** What the catch-up of some relations found. */
export interface CatchUpResult {
  readonly reports: readonly RelationReport[];
  /** Relations whose definition, leaves or file nodes are no longer those of the plan. */
  readonly changed: readonly string[];
}

/** How a relation's documents and rows stand against each other. */
export interface RelationSurvey {
  readonly relation: string;
  readonly documents: number;
  readonly rows: number;
  readonly rejected: number;
  /** Buckets whose ids must be compared; none where documents and rows are known to be the same. */
  readonly differing: readonly BucketRange[];
}

/** All documents of the connector, against the rows of some relations. */
export interface Survey {
  readonly relations: readonly RelationSurvey[];
  /** Documents of relations that the plan does not know: stale as a whole. */
  readonly orphans: readonly { readonly relation: string; readonly documents: number }[];
}

/** What comparing ids found; missing rows have been indexed, stale documents only counted. */
export interface Comparison {
  readonly stale: number;
  readonly report: RelationReport;
}
