import type { ConfigurationProblem } from '../../config/problems/configuration-error';
import { createProblemList } from '../../config/problems/problem-list';
import { type ConnectorEntry, isDefinedHere } from '../../config/schema/configuration-file';
import { connectorSection } from '../../config/schema/connector-section';
import { describeIssues } from '../../config/schema/describe-issues';
import type { ConnectorSettings, ServedSettings } from '../../config/settings/settings';
import { toConnectorSettings } from '../../config/settings/to-connector-settings';
import { SyncFailure } from '../../sync/failures';
import { CONFIGURATION_SCHEMA } from './configuration-schema';
import { readFields } from './connector-document';
import { isEmpty, pipelineFlagsOf, type Snapshot, toEntry, valuesOf } from './to-entry';

const REMEDY = "Correct the connector's configuration in Kibana, or by the Connector API.";
/** Where the schema of the file has connectors. */
const PLACE = ['connectors', 0] as const;

/** The settings of a snapshot, or what is wrong with it: paths as in an entry of `connectors:`. */
export type ReadSnapshot =
  { readonly settings: ConnectorSettings } | { readonly problems: readonly ConfigurationProblem[] };

/** Checks a snapshot by the rules of the file, and lets the file add what it says of the connector. */
export function readSnapshot(snapshot: Snapshot, served: ServedSettings): ReadSnapshot {
  const empty = findEmptyFields(snapshot);
  if (empty.length > 0) return { problems: empty };
  const entry = toEntry(snapshot);
  const parsed = connectorSection.safeParse(entry);
  if (parsed.success && isDefinedHere(parsed.data)) return { settings: toSettings(parsed.data, snapshot, served) };
  const problems = createProblemList(() => undefined);
  if (!parsed.success) describeIssues(parsed.error.issues, PLACE, { connectors: [entry] }, problems);
  return {
    problems: problems.list().map(({ path, message }) => ({ path: path.replace(/^connectors\[0\]\.?/u, ''), message })),
  };
}

/**
 * The settings of a snapshot.
 * @throws SyncFailure `InvalidConfig` with all that is wrong, in the words of Kibana's form
 */
export function readSettings(snapshot: Snapshot, served: ServedSettings): ConnectorSettings {
  const read = readSnapshot(snapshot, served);
  if ('settings' in read) return read.settings;
  throw new SyncFailure('InvalidConfig', read.problems.map(describeProblem).join(' '), REMEDY);
}

function toSettings(
  entry: ConnectorEntry,
  { pipeline }: Snapshot,
  { entries, defaults, deadLetters }: ServedSettings,
): ConnectorSettings {
  const own = entries.find(({ id }) => id === entry.connector_id);
  const pipelineFlags = entry.pipeline === undefined ? [] : pipelineFlagsOf(pipeline);
  return {
    ...toConnectorSettings(entry, true),
    deadLetters,
    ...(pipelineFlags.length === 0 ? {} : { pipelineFlags }),
    ...(own ?? defaults),
  };
}

/** May be empty: a server may ask for no password, and without the certificate of an authority none is checked. */
const MAY_BE_EMPTY = ['password', 'ssl_ca'];

function findEmptyFields({ configuration, indexName }: Snapshot): ConfigurationProblem[] {
  const values = valuesOf(configuration);
  const missing = Object.entries(CONFIGURATION_SCHEMA).filter(
    ([key, { required }]) => required && !MAY_BE_EMPTY.includes(key) && isEmpty(values[key]),
  );
  const fields = missing.map(([key]) => ({ path: `configuration.${key}`, message: 'cannot be empty' }));
  return indexName === undefined ? [...fields, { path: 'index_name', message: 'is not set: attach an index' }] : fields;
}

/** A sentence: `'Host' cannot be empty.` */
export function describeProblem({ path, message }: ConfigurationProblem): string {
  const [section = '', key = ''] = path.split('.');
  const known = section === 'configuration' ? CONFIGURATION_SCHEMA[key] : undefined;
  const place = known === undefined ? describePlace(path) : `'${known.label}'`;
  return `${place === '' ? '' : `${place} `}${message}.`;
}

function describePlace(path: string): string {
  if (path === 'index_name') return 'The index name';
  const basic = /^sync_rules\.basic\[(\d+)\]\.?(.*)$/u.exec(path);
  if (basic !== null) return `Sync rule ${Number(basic[1]) + 1}: ${basic[2] ?? ''}`;
  const schedule = /^scheduling\.(\w+)/u.exec(path);
  if (schedule !== null) return `The schedule of ${schedule[1] ?? ''} syncs`;
  return path;
}

/** Every password and key of a configuration, to be blotted out of whatever is written. */
export function secretsOf({ configuration }: Pick<Snapshot, 'configuration'>): string[] {
  return Object.entries(configuration).flatMap(([key, field]) => {
    const { sensitive, value } = readFields(field);
    const isSecret = sensitive === true || CONFIGURATION_SCHEMA[key]?.sensitive === true;
    return isSecret && typeof value === 'string' && value !== '' ? [value] : [];
  });
}
