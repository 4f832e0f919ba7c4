import { createHash } from 'node:crypto';

import type { AdvancedRule, ConnectorSettings } from '../../config/settings/settings';
import type { SourceProblem } from '../../postgres/catalog/select-relations';
import type { LockPatience } from '../../postgres/connection/lock-patience';
import type { Source } from '../../postgres/connection/source';
import { describeRule } from '../../postgres/rules/describe-rule';
import { grantsForRule } from '../../postgres/rules/grants-for-rule';
import { SyncFailure } from '../../sync/failures';
import { formatRelation } from '../../sync/relation';
import type { SourceRelation } from './project-source';

/** The advanced sync rules of a connector as relations, and what is wrong with the others. */
export interface DescribedRules {
  readonly relations: readonly SourceRelation[];
  readonly problems: readonly SourceProblem[];
}

/**
 * Has PostgreSQL look at rules without running them.
 * @param only - names of relations; absent: all rules
 */
export async function readRules(
  settings: ConnectorSettings,
  source: Source,
  patience: LockPatience,
  only?: ReadonlySet<string>,
): Promise<DescribedRules> {
  const [schema = 'public'] = settings.selection.schemas;
  const relations: SourceRelation[] = [];
  const problems: SourceProblem[] = [];
  for (const [index, rule] of settings.rules.advanced.entries()) {
    const name = { schema, table: nameRule(rule, settings.rules.advanced.slice(0, index)) };
    if (only !== undefined && !only.has(formatRelation(name))) continue;
    const { tables, query, idColumns } = rule;
    try {
      const request = { ...rule, ...name, searchPath: settings.selection.schemas };
      const described = await describeRule(source, request, { lockTimeoutMs: patience.leftMs() });
      relations.push({ ...described, rule: shortHash([tables, query, idColumns ?? null]) });
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.retryable) throw error;
      const message = `Advanced sync rule ${index + 1} (${tables.join(', ')}): ${error.message}`;
      const grants = error.type === 'SourcePermission' ? await grantsForRule(source, tables, settings.selection) : '';
      const remedy = grants === '' ? error.remedy : grants;
      problems.push({ type: error.type, relation: formatRelation(name), message, remedy });
    }
  }
  return { relations, problems };
}

/** Another query over the same tables with the same key keeps its documents' ids; so do rules that change places. */
function nameRule({ tables, idColumns }: AdvancedRule, before: readonly AdvancedRule[]): string {
  const identity = (rule: Pick<AdvancedRule, 'tables' | 'idColumns'>) =>
    JSON.stringify([rule.tables, rule.idColumns ?? null]);
  const own = identity(idColumns === undefined ? { tables } : { tables, idColumns });
  const ordinal = before.filter((rule) => identity(rule) === own).length;
  return `rule-${shortHash([own, ordinal])}`;
}

function shortHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
}
