import { FAILURES, type FailureType, SyncFailure } from './failures';

/** Why one relation of a sync could not be synced, while the others were. */
export interface RelationFailure {
  readonly type: FailureType;
  readonly message: string;
  readonly remedy: string;
}

/** A failure together with the relation that it is of. */
export interface FailedRelation {
  /** Its name, as `formatRelation` writes it; of an entry of `tables` that means nothing, the entry. */
  readonly relation: string;
  readonly failure: RelationFailure;
}

/** Turns an error into the failure of one relation; undefined where every other relation would meet `error` as well. */
export function toRelationFailure(error: unknown): RelationFailure | undefined {
  if (!(error instanceof SyncFailure) || !isOfRelation(error.type)) return undefined;
  const { type, message, remedy } = error;
  return { type, message, remedy };
}

/**
 * A relation is no longer what the sync's plan says, which another attempt would meet as well: the workflow plans and
 * copies it anew.
 */
export class RelationChanged extends SyncFailure {
  constructor(
    readonly relation: string,
    { type, message, remedy }: SyncFailure,
  ) {
    super(type, message, remedy);
  }

  override get retryable(): boolean {
    return false;
  }
}

/**
 * Runs what reads one relation after it has been copied.
 * @throws RelationChanged where it is no longer what the plan says; else what the work throws
 */
export async function tellChanged<Result>(relation: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SyncFailure && error.type === 'SourceChanged') throw new RelationChanged(relation, error);
    throw error;
  }
}

/** Whether a failure that is met while a relation is read or written is that relation's alone. */
function isOfRelation(type: FailureType): boolean {
  const policy: { readonly retryable: boolean; readonly ofRelation?: true } = FAILURES[type];
  return policy.ofRelation === true;
}

/** Relations that the message lists with their reasons: Temporal keeps it in its history. */
const MOST_LISTED = 20;

/**
 * Joins the failures of relations into the one that ends their sync: of their common type, or `RelationsFailed`.
 * @param relations - how many the sync was about
 */
export function joinFailures(connectorId: string, failed: readonly FailedRelation[], relations: number): SyncFailure {
  const types = new Set(failed.map(({ failure }) => failure.type));
  const [type = 'RelationsFailed'] = types.size === 1 ? types : [];
  const listed = failed
    .slice(0, MOST_LISTED)
    .map(({ relation, failure }) => `${relation}: ${endSentence(withoutConnector(failure.message, connectorId))}`);
  const more = failed.length > MOST_LISTED ? ` And ${failed.length - MOST_LISTED} more.` : '';
  const remedies = [...new Set(failed.map(({ failure }) => endSentence(failure.remedy)))].slice(0, MOST_LISTED);
  return new SyncFailure(
    type,
    `Connector ${connectorId}: ${failed.length} of ${relations} relations could not be synced; their ` +
      `documents are kept. ${listed.join(' ')}${more}`,
    remedies.join(' '),
  );
}

function withoutConnector(message: string, connectorId: string): string {
  const prefix = `Connector ${connectorId}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

function endSentence(text: string): string {
  return /[.!?]$/u.test(text) ? text : `${text}.`;
}
