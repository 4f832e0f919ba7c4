import type { ConnectorProblem } from '../../activities/check/collect-problems';
import type { ConnectorSettings } from '../../config/settings/settings';
import { changeConnector } from '../../elasticsearch/connector-documents/write-documents';
import type { ServiceContext } from '../context/service-context';
import { type ConnectorDocument, type Fields, readFields } from '../protocol/connector-document';
import { describeFailures } from '../protocol/describe-failure';
import { snapshotOfConnector } from '../protocol/to-entry';
import { findFailures, findFailuresOf } from './find-failures';
import { findRuleErrors, type RuleError } from './find-rule-errors';

/** Whether a draft of sync rules waits for a verdict. */
export function hasOpenDraft({ draft }: ConnectorDocument): boolean {
  return readFields(draft['validation'])['state'] === 'edited';
}

/**
 * Tries a connector as it is configured, and writes what it found: status and error, and the verdict on a draft of sync rules,
 * which comes into force when it is good.
 * @returns false where somebody has changed the connector meanwhile: the verdict would be one on something else
 */
export async function judgeConnector(context: ServiceContext, connector: ConnectorDocument): Promise<boolean> {
  const snapshot = snapshotOfConnector(connector);
  const failures = await findFailures(context, snapshot);
  const errors = hasOpenDraft(connector)
    ? await findRuleErrors(context, { ...snapshot, rules: connector.draft })
    : undefined;
  return writeVerdict(
    context,
    connector,
    failures,
    errors === undefined ? {} : { filtering: withVerdict(connector, errors) },
  );
}

/** The same for a connector of the file: its rules have been judged with the file. */
export async function judgePublished(
  context: ServiceContext,
  connector: ConnectorDocument,
  settings: ConnectorSettings,
): Promise<boolean> {
  return writeVerdict(context, connector, await findFailuresOf(context, settings), {});
}

async function writeVerdict(
  context: ServiceContext,
  connector: ConnectorDocument,
  failures: readonly ConnectorProblem[],
  others: Fields,
): Promise<boolean> {
  const error = failures.length === 0 ? null : describeFailures(failures, connector.id);
  const status = error === null ? 'connected' : 'error';
  const isSame = connector.status === status && (connector.error ?? null) === error;
  const changes = { ...(isSame ? {} : { status, error }), ...others };
  if (Object.keys(changes).length === 0) return true;
  const isWritten = await changeConnector(context.elasticsearch, connector, changes);
  if (isWritten && 'status' in changes)
    context.log.info(`Connector ${connector.id}: ${status}${error === null ? '' : `, ${error}`}`);
  return isWritten;
}

function withVerdict({ filtering, draft }: ConnectorDocument, errors: readonly RuleError[]): Fields[] {
  const judged = { ...draft, validation: { state: errors.length === 0 ? 'valid' : 'invalid', errors } };
  return filtering.map((rules) => {
    if (rules['draft'] !== draft) return rules;
    return { ...rules, draft: judged, ...(errors.length === 0 ? { active: judged } : {}) };
  });
}
