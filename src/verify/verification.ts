import type { StoredDeadLetter } from '../elasticsearch/dead-letters/list-dead-letters';
import type { FailedRelation } from '../sync/relation-failure';
import { type Difference, type DifferenceCounts, DIFFERENCES, NO_DIFFERENCES } from './difference';
import type { ClaimingDocuments } from './look-at-owners';

/** Result of comparing one relation's rows with its documents. */
export interface RelationVerification extends DifferenceCounts {
  readonly relation: string;
  readonly rows: number;
  readonly documents: number;
  /** Rows without a document, for which there is a dead letter. */
  readonly rejected: number;
  /** Rows without a document, since an ingest pipeline drops them. */
  readonly dropped: number;
}

/** Result of comparing every row with its document. */
export interface Verification {
  readonly connectorId: string;
  readonly index: string;
  /** False where an ingest pipeline changes documents, so that only their presence could be compared. */
  readonly comparedContent: boolean;
  /** Documents of the index that are not this connector's: they are none of its differences. */
  readonly foreign: number;
  /** Those among them that carry its `_relation`: syncs count them as its own. */
  readonly claiming: ClaimingDocuments;
  /** Differences that a change on its way explains, and which are not counted; present where changes are followed. */
  readonly inFlight?: number;
  readonly relations: readonly RelationVerification[];
  /** The first ones; the counts of the relations say how many there are. */
  readonly differences: readonly Difference[];
  /** Dead letters, the first ones. */
  readonly rejections: readonly StoredDeadLetter[];
  readonly seconds: number;
  /**
   * Indices of tables that went, where each table has its own: their documents are extra, and stay until they are
   * forgotten. Absent: none.
   */
  readonly left?: readonly { readonly index: string; readonly relation: string }[];
  /** Relations that have dead letters in an index, and neither a table nor an index of their own. Absent: none. */
  readonly orphaned?: { readonly deadLetters: string; readonly relations: readonly string[] };
  /** Tables that could not be verified, where each has an index of its own. Absent: none. */
  readonly failed?: readonly FailedRelation[];
}

export function emptyVerification(relation: string): RelationVerification {
  return { relation, rows: 0, documents: 0, rejected: 0, dropped: 0, ...NO_DIFFERENCES };
}

/** Rows and documents that are not in step; rejected and dropped rows are not among them. */
export function countDifferences({ relations }: Pick<Verification, 'relations'>): number {
  return relations.reduce((sum, relation) => sum + DIFFERENCES.reduce((n, kind) => n + relation[kind], 0), 0);
}

/** Whether every row of every relation is its document. */
export function isInStep(verification: Pick<Verification, 'relations' | 'failed'>): boolean {
  return countDifferences(verification) === 0 && (verification.failed ?? []).length === 0;
}
