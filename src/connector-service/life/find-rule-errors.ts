import type { OpenConnector } from '../../activities/connector/connector-registry';
import { checkBasicRules } from '../../activities/plan/check-basic-rules';
import { readSource, type SourceView } from '../../activities/plan/read-source';
import { keepSecrets } from '../../logging/blot-secrets';
import { SyncFailure } from '../../sync/failures';
import type { ServiceContext } from '../context/service-context';
import type { Fields } from '../protocol/connector-document';
import { describeFailures } from '../protocol/describe-failure';
import { describeProblem, readSnapshot, secretsOf } from '../protocol/read-settings';
import { basicRulesOf, type Snapshot, toAdvancedRules } from '../protocol/to-entry';
import { NO_INDEX, withConnector } from './find-failures';

/** An error of sync rules as Kibana shows it: at the rules of these ids. */
export interface RuleError {
  readonly ids: readonly string[];
  readonly messages: readonly string[];
}

/** The id under which Kibana shows errors at the editor of the advanced rules. */
const SNIPPET = 'advanced_snippet';

/**
 * Has PostgreSQL judge a set of sync rules, without running its queries.
 * @param snapshot - the connector with the rules to be judged
 * @returns undefined where PostgreSQL can't be asked: then nothing is known of them
 */
export async function findRuleErrors(context: ServiceContext, snapshot: Snapshot): Promise<RuleError[] | undefined> {
  keepSecrets(secretsOf(snapshot));
  const judged = { ...snapshot, indexName: snapshot.indexName ?? NO_INDEX, scheduling: {}, pipeline: {} };
  const basic = basicRulesOf(snapshot.rules);
  const shape = findShapeErrors(basic, snapshot.rules);
  const read = readSnapshot(judged, context.settings.served);
  if ('problems' in read) {
    const found = read.problems.flatMap(({ path, message }) => {
      const at = /^sync_rules\.(basic|advanced)(?:\[(\d+)\])?/u.exec(path);
      if (at === null) return [];
      const ids = at[1] === 'basic' ? [idOf(basic[Number(at[2])])] : [SNIPPET];
      return [{ ids, messages: [describeProblem({ path, message })] }];
    });
    return found.length === 0 ? undefined : [...shape, ...found];
  }
  try {
    return await withConnector(context, read.settings, async (connector) => {
      const view = await readSource(connector, new Date().toISOString());
      return [
        ...shape,
        ...findSnippetErrors(snapshot, view),
        ...(await findBasicErrors(connector, judged, context, view)),
      ];
    });
  } catch (error) {
    if (error instanceof SyncFailure) return undefined;
    throw error;
  }
}

function idOf(rule: Fields | undefined): string {
  return typeof rule?.['id'] === 'string' ? rule['id'] : '';
}

/** What Elastic's own service refuses as well. */
function findShapeErrors(basic: readonly Fields[], rules: Fields): RuleError[] {
  const whole = basic
    .filter(({ rule, value }) => rule === 'regex' && /^(?:\.\*|\(\.\*\))$/u.test(String(value)))
    .map((rule) => ({ ids: [idOf(rule)], messages: ['The regular expression matches every value.'] }));
  const same = [...groupBySubject(basic).values()]
    .filter((group) => group.length > 1)
    .map((group) => ({ ids: group.map(idOf), messages: ['These rules compare the same field with the same value.'] }));
  const snippet = toAdvancedRules(rules);
  const isWrong = snippet !== undefined && !Array.isArray(snippet);
  return [...whole, ...same, ...(isWrong ? [{ ids: [SNIPPET], messages: ['It must be a list of rules.'] }] : [])];
}

function groupBySubject(basic: readonly Fields[]): Map<string, Fields[]> {
  const groups = new Map<string, Fields[]>();
  for (const rule of basic) {
    const subject = JSON.stringify([rule['field'], rule['rule'], rule['value']]);
    groups.set(subject, [...(groups.get(subject) ?? []), rule]);
  }
  return groups;
}

function findSnippetErrors({ rules }: Snapshot, { problems }: SourceView): RuleError[] {
  if (toAdvancedRules(rules) === undefined) return [];
  return problems.map(({ message, remedy }) => ({
    ids: [SNIPPET],
    messages: [describeFailures([{ message, remedy: remedy ?? 'Correct the rule.' }])],
  }));
}

/** Each rule by itself, so that its error is shown at it. */
async function findBasicErrors(
  { source }: OpenConnector,
  judged: Snapshot,
  { settings: { served } }: ServiceContext,
  { relations, problems }: SourceView,
): Promise<RuleError[]> {
  const errors: RuleError[] = [];
  for (const rule of basicRulesOf(judged.rules)) {
    const alone = readSnapshot({ ...judged, rules: { rules: [rule] } }, served);
    if ('problems' in alone) continue;
    try {
      await checkBasicRules(alone.settings, source, relations, () => problems.length > 0);
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.type !== 'InvalidRule') throw error;
      const message = error.message.replace(/^.*basic sync rules: rule \d+: /su, '');
      errors.push({ ids: [idOf(rule)], messages: [describeFailures([{ message, remedy: 'Correct the rule.' }])] });
    }
  }
  return errors;
}
