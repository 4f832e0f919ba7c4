import { nearestName } from '../config/nearest-name';
import { type BasicRule } from '../config/settings';
import { ANY_FIELD } from '../documents/row-rule';
import { translateRegex } from '../documents/translate-regex';
import { findRegexError } from '../postgres/find-regex-error';
import { SyncFailure } from '../sync/failures';
import { type OpenConnector } from './connector-registry';
import { type ProjectedRelation } from './projected-relation';

/**
 * Has PostgreSQL try the regular expressions of basic rules, and looks for fields that no document has.
 * @throws SyncFailure `InvalidRule` naming every wrong rule
 */
export async function checkBasicRules(
  { settings, source }: OpenConnector,
  relations: readonly ProjectedRelation[],
): Promise<void> {
  const fields = new Set(relations.flatMap(({ projection }) => projection.fields.map(({ name }) => name)));
  const problems: string[] = [];
  for (const [index, rule] of settings.rules.basic.entries()) {
    const problem = findUnknownField(rule, fields) ?? (await findWrongRegex(source, rule));
    if (problem !== undefined) problems.push(`rule ${index + 1}: ${problem}`);
  }
  if (problems.length === 0) return;
  const message = `Connector ${settings.id}: basic sync rules: ${problems.join('; ')}`;
  throw new SyncFailure('InvalidRule', message, 'Correct sync_rules.basic.');
}

function findUnknownField({ field }: BasicRule, fields: ReadonlySet<string>): string | undefined {
  if (field === ANY_FIELD || fields.has(field)) return undefined;
  const nearest = nearestName(field, [...fields]);
  return `no document has a field "${field}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

async function findWrongRegex(source: OpenConnector['source'], rule: BasicRule): Promise<string | undefined> {
  if (rule.rule !== 'regex' || rule.field === ANY_FIELD) return undefined;
  const { pattern, problem } = translateRegex(rule.value);
  if (pattern === undefined) return problem;
  const error = await findRegexError(source, pattern);
  return error === undefined ? undefined : `the regular expression is not valid: ${error}`;
}
