/** SQL that is true for rows that match, or what is wrong with the rule; neither where the relation has no such field. */
export interface CompiledRule {
  readonly condition?: string;
  readonly problem?: string;
}
