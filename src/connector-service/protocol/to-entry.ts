import { CONFIGURATION_SCHEMA } from './configuration-schema';
import { type ConnectorDocument, type Fields, readFields, readRecords } from './connector-document';

/** What a connector's document and the snapshot of a job say of a sync, in one form. */
export interface Snapshot {
  readonly id: string;
  readonly name?: string | undefined;
  readonly indexName?: string | undefined;
  /** Fields as Kibana stores them. */
  readonly configuration: Fields;
  /** A set of sync rules. */
  readonly rules: Fields;
  readonly pipeline: Fields;
  readonly scheduling: Fields;
}

/** The settings of a connector as they are now. */
export function snapshotOfConnector(connector: ConnectorDocument): Snapshot {
  const { id, name, indexName, configuration, active: rules, pipeline, scheduling } = connector;
  return { id, name, indexName, configuration, rules, pipeline, scheduling };
}

/** The settings of a job as they were when it was made. */
export function snapshotOfJob(connectorId: string, connector: Fields): Snapshot {
  const { index_name: indexName, configuration, filtering, pipeline } = connector;
  // Elasticsearch writes one set of rules; lists of them, as a connector has, are met as well.
  const rules = Array.isArray(filtering) ? readFields(readFields(filtering[0])['active']) : readFields(filtering);
  return {
    id: connectorId,
    indexName: typeof indexName === 'string' ? indexName : undefined,
    configuration: readFields(configuration),
    rules,
    pipeline: readFields(pipeline),
    scheduling: {},
  };
}

/** Does nothing for documents that are made of rows. */
const MANAGED_PIPELINE = 'search-default-ingestion';

/** An entry of `connectors:`, not validated yet. */
export function toEntry({ id, name, indexName, configuration, rules, pipeline, scheduling }: Snapshot): Fields {
  const pipelineName = pipeline['name'];
  const isOwn = typeof pipelineName === 'string' && pipelineName !== '' && pipelineName !== MANAGED_PIPELINE;
  return {
    connector_id: id,
    name,
    index_name: indexName,
    configuration: valuesOf(configuration),
    sync_rules: { basic: toBasicRules(rules), advanced: toAdvancedRules(rules) },
    scheduling: { full: toSchedule(scheduling['full']), incremental: toSchedule(scheduling['incremental']) },
    ...(isOwn ? { pipeline: { name: pipelineName } } : {}),
  };
}

/** What a pipeline is told by documents of a connector that names one. */
const FLAGS = ['extract_binary_content', 'reduce_whitespace', 'run_ml_inference'];

/** The fields by which documents say so; a flag that the connector doesn't have is set, as with Elastic's own service. */
export function pipelineFlagsOf(pipeline: Fields): string[] {
  return FLAGS.filter((flag) => pipeline[flag] !== false).map((flag) => `_${flag}`);
}

/** The values of the fields that pgferry knows and that count; what is empty is its default, or absent. */
export function valuesOf(configuration: Fields): Fields {
  const values: Record<string, unknown> = {};
  for (const [key, known] of Object.entries(CONFIGURATION_SCHEMA)) {
    const { value } = readFields(configuration[key]);
    if (isEmpty(value)) {
      if (known.default_value !== null) values[key] = known.default_value;
    } else values[key] = value;
  }
  const isUnmet = (key: string) =>
    CONFIGURATION_SCHEMA[key]?.depends_on.some(({ field, value }) => String(values[field]) !== String(value)) === true;
  return Object.fromEntries(Object.entries(values).filter(([key]) => !isUnmet(key)));
}

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The rule that Elasticsearch appends to all others: it includes every row. */
export const DEFAULT_RULE = 'DEFAULT';

/** Basic rules without the one that is always there. */
export function basicRulesOf(rules: Fields): Fields[] {
  return readRecords(rules['rules']).filter(({ id }) => id !== DEFAULT_RULE);
}

function toBasicRules(rules: Fields): Fields[] {
  return basicRulesOf(rules).map(({ policy, field, rule, value, order }) => ({ policy, field, rule, value, order }));
}

/** The advanced rules of a set, as they were typed; absent where there are none: `{}` and `[]` stand for that. */
export function toAdvancedRules(rules: Fields): unknown {
  const { value } = readFields(rules['advanced_snippet']);
  const isNone = isEmpty(value) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return isNone ? undefined : value;
}

/** One that is off may say anything. */
function toSchedule(schedule: unknown): Fields | undefined {
  const { enabled, interval } = readFields(schedule);
  return enabled === true || enabled === 'true' ? { enabled: true, interval } : undefined;
}
