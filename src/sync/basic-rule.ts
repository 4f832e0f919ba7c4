/** A basic sync rule, as Elastic's connector has it: whether rows whose document matches are synced. */
export interface BasicRule {
  readonly policy: 'include' | 'exclude';
  /** A field of the document, or {@link ANY_FIELD}. */
  readonly field: string;
  readonly rule: 'equals' | 'contains' | 'starts_with' | 'ends_with' | 'regex' | '>' | '<';
  readonly value: string;
}

/** Stands for every document, in the rule that Kibana puts at the end of a list. */
export const ANY_FIELD = '_';
