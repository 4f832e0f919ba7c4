/** A basic sync rule: whether rows whose document matches are synced. The configuration's fit. */
export interface RowRule {
  readonly policy: 'include' | 'exclude';
  /** A field of the document. */
  readonly field: string;
  readonly rule: 'equals' | 'contains' | 'starts_with' | 'ends_with' | 'regex' | '>' | '<';
  readonly value: string;
}

/** Stands for every document, in the rule that Kibana puts at the end of a list. */
export const ANY_FIELD = '_';

/** SQL that is true for rows that match, or what is wrong with the rule; neither where the relation has no such field. */
export interface CompiledRule {
  readonly condition?: string;
  readonly problem?: string;
}
