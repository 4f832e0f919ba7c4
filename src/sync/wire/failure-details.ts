import { isRecord } from '../json-value';
import type { RelationReport } from '../report';

/**
 * Facts about a failure that Temporal keeps beside its type and message: the first of an `ApplicationFailure`'s details.
 * Histories hold it, and clients of other versions read it: a new fact is optional, and none is renamed.
 */
export interface FailureDetail {
  /** The reason alone: of the failure that ends a sync, whose own message holds reason and remedy. */
  readonly message?: string;
  /** Advice to the operator. */
  readonly remedy: string;
  /** Whether search attributes are registered: said by the first step, whose failure takes the place of its result. */
  readonly searchAttributes?: boolean;
  /** A relation that is no longer what the sync's plan says: it has to be planned and copied anew. */
  readonly changed?: string;
  /** A report for each relation of a sync in which only some failed. */
  readonly relations?: readonly RelationReport[];
}

/** The details of a failure, as `ApplicationFailure.create` takes them. */
export function toFailureDetails(detail: FailureDetail): [FailureDetail] {
  return [detail];
}

/** Reads what {@link toFailureDetails} wrote; a fact that is missing, or is not what it should be, is left out. */
export function readFailureDetails(details: readonly unknown[] | null | undefined): Partial<FailureDetail> {
  const detail = details?.[0];
  if (!isRecord(detail)) return {};
  const { message, remedy, searchAttributes, changed, relations } = detail;
  return {
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof remedy === 'string' ? { remedy } : {}),
    ...(typeof searchAttributes === 'boolean' ? { searchAttributes } : {}),
    ...(typeof changed === 'string' ? { changed } : {}),
    ...(Array.isArray(relations) ? { relations: relations as readonly RelationReport[] } : {}),
  };
}
