import { nearestName } from '../../config/problems/nearest-name';
import type { ConnectorSettings } from '../../config/settings/settings';
import { addedFieldNames } from '../../documents/fields/added-fields';
import { translateRegex } from '../../documents/rules/translate-regex';
import type { Source } from '../../postgres/connection/source';
import { findRegexError } from '../../postgres/rules/find-regex-error';
import { requireEncodable } from '../../postgres/rules/require-encodable';
import { ANY_FIELD, type BasicRule } from '../../sync/basic-rule';
import { SyncFailure } from '../../sync/failures';
import type { ProjectedRelation } from './projected-relation';

/**
 * Has PostgreSQL try the regular expressions of basic rules, and looks for fields that no document has.
 * @param isElsewhere - whether a field may be that of a relation which is none of these
 * @throws SyncFailure `InvalidRule` naming every wrong rule
 */
export async function checkBasicRules(
  settings: ConnectorSettings,
  source: Source,
  relations: readonly ProjectedRelation[],
  isElsewhere: (field: string) => boolean,
): Promise<void> {
  const all = relations.flatMap(({ projection }) => projection.fields);
  const { id, database, schema, table } = addedFieldNames(settings.documents.fieldNames);
  const columns = all.flatMap(({ name, column }) => (column === undefined ? [] : [name]));
  const fields = {
    compared: new Set([...columns, id, database, schema, table]),
    all: new Set(all.map(({ name }) => name)),
  };
  if (settings.rules.basic.length > 0) await requireEncodable(source, JSON.stringify(settings.rules.basic));
  const problems: string[] = [];
  for (const [index, rule] of settings.rules.basic.entries()) {
    const unknown = isElsewhere(rule.field) ? undefined : findUnknownField(rule, fields);
    const problem = unknown ?? (await findWrongRegex(source, rule));
    if (problem !== undefined) problems.push(`rule ${index + 1}: ${problem}`);
  }
  if (problems.length === 0) return;
  const message = `Connector ${settings.id}: basic sync rules: ${problems.join('; ')}`;
  throw new SyncFailure('InvalidRule', message, 'Correct sync_rules.basic.');
}

interface KnownFields {
  /** Those that rules can compare. */
  readonly compared: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

function findUnknownField({ field }: BasicRule, { compared, all }: KnownFields): string | undefined {
  if (field === ANY_FIELD || compared.has(field)) return undefined;
  if (all.has(field)) return `the field "${field}" is made while rows are read: compare a column`;
  const nearest = nearestName(field, [...compared]);
  return `no document has a field "${field}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

async function findWrongRegex(source: Source, rule: BasicRule): Promise<string | undefined> {
  if (rule.rule !== 'regex' || rule.field === ANY_FIELD) return undefined;
  const { pattern, problem } = translateRegex(rule.value);
  if (pattern === undefined) return problem;
  const error = await findRegexError(source, pattern);
  return error === undefined ? undefined : `the regular expression is not valid: ${error}`;
}
