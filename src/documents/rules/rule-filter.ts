import { ANY_FIELD, type BasicRule } from '../../sync/basic-rule';
import { SyncFailure } from '../../sync/failures';
import { type Column, formatRelation, type Relation } from '../../sync/relation';
import type { AddedFieldNames } from '../fields/added-fields';
import type { NamedField } from '../fields/field-names';
import { quoteIdentifier, quoteLiteral } from '../sql-text';
import type { CompiledRule } from './compiled-rule';
import { columnCondition, textCondition } from './rule-condition';

/** Relation that rules are about, with the names that they may use. */
export interface RuleSubject {
  readonly relation: Relation;
  readonly database: string;
  readonly names: AddedFieldNames;
  readonly fields: readonly NamedField[];
  /** SQL of the document's id. */
  readonly id: string;
}

/**
 * SQL of whether a row over `t` is synced: the first rule that matches decides, and a row that none matches is. A null
 * matches nothing, which is why this is a `case`. Undefined where no rule speaks of the relation.
 * @throws SyncFailure `InvalidRule` naming every rule whose comparison makes no sense for its field
 */
export function ruleFilter(rules: readonly BasicRule[], subject: RuleSubject): string | undefined {
  const problems: string[] = [];
  const branches = rules.flatMap((rule) => {
    const { condition, problem } = compileRule(rule, subject);
    if (problem !== undefined) problems.push(`field ${rule.field}, rule ${rule.rule}: ${problem}`);
    return condition === undefined ? [] : [`when ${condition} then ${rule.policy === 'include' ? 'true' : 'false'}`];
  });
  if (problems.length > 0) {
    const message = `Basic sync rules for ${formatRelation(subject.relation)}: ${problems.join('; ')}`;
    throw new SyncFailure('InvalidRule', message, 'Correct sync_rules.basic.');
  }
  return branches.length === 0 ? undefined : `case ${branches.join(' ')} else true end`;
}

function compileRule(rule: BasicRule, { relation, database, names, fields, id }: RuleSubject): CompiledRule {
  if (rule.field === ANY_FIELD) return { condition: 'true' };
  const found = fields.find(({ field }) => field === rule.field);
  if (found !== undefined) return columnCondition(rule, valueOf(found.column), found.column.type);
  const constants: Readonly<Record<string, string>> = {
    [names.id]: id,
    [names.database]: quoteLiteral(database),
    [names.schema]: quoteLiteral(relation.schema),
    [names.table]: quoteLiteral(relation.tables?.join(', ') ?? relation.table),
  };
  const sql = Object.hasOwn(constants, rule.field) ? constants[rule.field] : undefined;
  return sql === undefined ? {} : textCondition(rule, `(${sql})::text`);
}

function valueOf({ name }: Column): string {
  return `t.${quoteIdentifier(name)}`;
}
