import type { FieldMapping } from '../../sync/field-mapping';
import { describeValue, type IndexContent, isSameValue, type Properties } from '../blueprint/index-content';

/** A value of an index that is not what the connector's section `index` says. */
export interface Difference {
  /** `index.refresh_interval`, `field title analyzer`, `mapping dynamic` */
  readonly name: string;
  /** Absent where the index has none. */
  readonly is?: string;
  readonly wanted: string;
  /** It is one that Elasticsearch gives an index when that is made, and never again. */
  readonly isFixed: boolean;
}

/** Changes that would make an index what the connector's section `index` says. */
export interface Adaptation extends Omit<IndexContent, 'aliases'> {
  readonly differences: readonly Difference[];
}

/** Settings that Elasticsearch changes in no open index. What this does not know Elasticsearch says when it is asked. */
const FIXED =
  /^index\.(?:number_of_shards|number_of_routing_shards|routing_partition_size|codec|mode|sort\.|analysis\.|similarity\.|store\.type|soft_deletes|shard\.check_on_startup|mapping\.source\.mode|mapping\.synthetic_source_keep|time_series|routing_path)/u;

/** Whether a setting is one that only a new index takes. */
export function isFixed(name: string): boolean {
  return FIXED.test(name);
}

/**
 * Finds what differs between an index and the connector's section `index`; what only the index has stays as it is.
 * @param present - the index as it is
 */
export function findAdaptation(present: IndexContent, section: IndexContent): Adaptation {
  const settings = pickDifferent(section.settings, present.settings);
  const parameters = pickDifferent(section.parameters, present.parameters);
  const fields = adaptFields(present.properties, section.properties, '');
  return {
    settings,
    parameters,
    properties: fields.properties,
    differences: [
      ...describeEach(settings, present.settings, (name) => name),
      ...describeEach(parameters, present.parameters, (name) => `mapping ${name}`),
      ...fields.differences,
    ],
  };
}

function pickDifferent<Value>(wanted: Readonly<Record<string, Value>>, present: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !isSameValue(present[name], value)));
}

function describeEach(
  different: Readonly<Record<string, unknown>>,
  present: Readonly<Record<string, unknown>>,
  nameOf: (name: string) => string,
): Difference[] {
  return Object.entries(different).map(([name, value]) => describeOne(nameOf(name), present[name], value));
}

function describeOne(name: string, is: unknown, wanted: unknown): Difference {
  const before = is === undefined || is === null ? {} : { is: describeValue(is) };
  return { name, ...before, wanted: describeValue(wanted), isFixed: isFixed(name) };
}

/** Elasticsearch leaves these out of a mapping that it shows. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  index: true,
  doc_values: true,
  enabled: true,
  norms: true,
  coerce: true,
  store: false,
  ignore_malformed: false,
  eager_global_ordinals: false,
};

/** The fields to put: each with all that it has, since what a request leaves out is reset or refused. */
function adaptFields(present: Properties, section: Properties, path: string) {
  const properties: Record<string, FieldMapping> = {};
  const differences: Difference[] = [];
  for (const [name, wanted] of Object.entries(section)) {
    const is = Object.hasOwn(present, name) ? present[name] : undefined;
    if (is === undefined) {
      properties[name] = wanted;
      differences.push(describeOne(`field ${path}${name}`, undefined, wanted.type ?? 'object'));
      continue;
    }
    const field = adaptField(is, wanted, `${path}${name}`);
    if (field.differences.length > 0) properties[name] = field.mapping;
    differences.push(...field.differences);
  }
  return { properties, differences };
}

function adaptField(is: FieldMapping, wanted: FieldMapping, path: string) {
  const changed: Record<string, unknown> = {};
  const differences: Difference[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    if (name === 'fields' || name === 'properties') {
      const before = (is[name] ?? {}) as Properties;
      const inner = adaptFields(before, value as Properties, `${path}${name === 'fields' ? '.fields.' : '.'}`);
      differences.push(...inner.differences);
      if (inner.differences.length > 0) changed[name] = { ...before, ...inner.properties };
    } else if (!isSameParameter(name, is[name], value)) {
      differences.push(describeOne(`field ${path} ${name}`, is[name], value));
      changed[name] = value;
    }
  }
  return { mapping: { ...is, ...changed }, differences };
}

function isSameParameter(name: string, is: unknown, wanted: unknown): boolean {
  if (name === 'copy_to') return isSameValue([is ?? []].flat(), [wanted].flat());
  // An object's type is not shown.
  if (name === 'type') return isSameValue(is ?? 'object', wanted);
  return isSameValue(is ?? DEFAULTS[name], wanted);
}
