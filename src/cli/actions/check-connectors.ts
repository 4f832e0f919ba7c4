import { checkConnector } from '../../activities/check/check-connector';
import { findOverrideWarnings, type OverrideWarning } from '../../activities/check/check-overrides';
import type { ConnectorCheck } from '../../activities/check/connector-check';
import {
  type ConnectorRegistry,
  createConnectorRegistry,
  type OpenConnector,
} from '../../activities/connector/connector-registry';
import { listServed } from '../../activities/connector/list-served';
import type { LoadedSettings } from '../../config/load-settings';
import type { Settings } from '../../config/settings/settings';
import { findSourceWarnings } from '../../postgres/server/find-source-warnings';
import type { SourceWarning } from '../../postgres/server/source-warning';
import { SyncFailure } from '../../sync/failures';
import { connectTemporal } from '../../temporal/connect-temporal';
import { isListenedAt } from '../../temporal/is-listened-at';
import { EXIT, exitCodeOfType } from '../output/exit-codes';
import { workAloud } from '../output/notices';
import { createTerminal, dim, green, red, type Terminal, yellow } from '../output/terminal';
import { type ConfigurationOptions, loadConfiguration } from '../session/load-command-settings';
import { selectConnector } from '../session/select-connector';

type Warning = SourceWarning | OverrideWarning;

interface CheckedConnector extends ConnectorCheck {
  readonly connector_id: string;
}

/**
 * `pgferry check`
 *
 * @param id - All connectors without it.
 */
export async function checkConnectors(id: string | undefined, options: ConfigurationOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const loaded = await loadConfiguration(options, terminal);
  const { settings } = loaded;
  const checked = [await checkTemporal(loaded), ...(await checkSelected(settings, id, terminal))];
  const problems = checked.flatMap((connector) => connector.problems);
  terminal.result({ ok: problems.length === 0, checked }, () => checked.map(renderChecked).join('\n'));
  process.exitCode = Math.max(EXIT.done, ...problems.map(({ type }) => exitCodeOfType(type)));
}

async function checkTemporal({ settings, namesTemporal }: LoadedSettings): Promise<CheckedConnector> {
  const { temporal } = settings;
  // Nothing is wrong with a file that leaves Temporal to `up`, before that runs.
  if (!namesTemporal && !(await isListenedAt(temporal.address))) return warnOfNoTemporal(temporal.address);
  try {
    const client = await connectTemporal(temporal);
    await client.connection.close();
    return { connector_id: 'temporal', problems: [], warnings: [], notes: [] };
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    const { type, message, remedy } = error;
    return { connector_id: 'temporal', problems: [{ type, message, remedy }], warnings: [], notes: [] };
  }
}

function warnOfNoTemporal(address: string): CheckedConnector {
  const message = `no temporal.address is given, and nobody listens at ${address} yet`;
  const remedy = '`pgferry up` brings a server along; or start one there, or give temporal.address.';
  return { connector_id: 'temporal', problems: [], warnings: [{ message, remedy }], notes: [] };
}

async function checkSelected(
  settings: Settings,
  id: string | undefined,
  terminal: Terminal,
): Promise<CheckedConnector[]> {
  const ids = id === undefined ? await listConnectors(settings) : [selectConnector(settings, id)];
  const registry = createConnectorRegistry(settings);
  try {
    return await Promise.all(
      ids.map(async (connectorId) => {
        return workAloud(terminal, connectorId, async () => {
          const connector = await openOrExplain(registry, connectorId);
          if (!('settings' in connector)) return { connector_id: connectorId, ...connector };
          const checked = await checkConnector(connector);
          const warnings = checked.problems.length === 0 ? await findWarnings(connector) : [];
          return { connector_id: connectorId, ...checked, warnings: [...warnings, ...checked.warnings] };
        });
      }),
    );
  } finally {
    await registry.close();
  }
}

/** Connectors of the file, and those that it serves. */
async function listConnectors(settings: Settings): Promise<string[]> {
  const served = settings.served === undefined ? [] : await listServed(settings);
  return [...new Set([...settings.connectors.map(({ id }) => id), ...served.map(({ id }) => id)])];
}

/** What is wrong with the configuration in Elasticsearch is the connector's problem, not the command's. */
async function openOrExplain(
  registry: ConnectorRegistry,
  connectorId: string,
): Promise<OpenConnector | Omit<CheckedConnector, 'connector_id'>> {
  try {
    return await registry.open(connectorId);
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    const { type, message, remedy } = error;
    return { problems: [{ type, message, remedy }], warnings: [], notes: [] };
  }
}

async function findWarnings(connector: OpenConnector): Promise<Warning[]> {
  const found = await Promise.allSettled<readonly Warning[]>([
    findSourceWarnings(connector.source),
    findOverrideWarnings(connector),
  ]);
  return found.flatMap((looked) => (looked.status === 'fulfilled' ? looked.value : [describeUnseen(looked.reason)]));
}

/** What can't be looked for keeps no sync from working either. */
function describeUnseen(error: unknown): Warning {
  if (!(error instanceof SyncFailure)) throw error;
  const { message, remedy } = error;
  return { message: `not all warnings could be looked for: ${message}`, remedy };
}

function renderChecked({ connector_id: id, problems, warnings, notes }: CheckedConnector): string {
  return [
    problems.length === 0 ? `${green('✓')} ${id}` : `${red('✗')} ${id}`,
    ...notes.map((note) => `    ${yellow('note')} ${note}`),
    ...warnings.flatMap(({ message, remedy }) => [`    ${yellow('warning')} ${message}`, `    → ${remedy}`]),
    ...problems.flatMap(({ type, message, remedy }) => [`    ${message} ${dim(`(${type})`)}`, `    → ${remedy}`]),
  ].join('\n');
}
