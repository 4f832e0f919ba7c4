import type { FieldMapping } from '../../sync/field-mapping';
import { describeValue, isSameValue, type LostValue, type Properties, type ValueSource } from './index-content';

/** The fields that one source gives. */
export interface FieldLayer {
  readonly source: ValueSource;
  readonly properties: Properties;
}

/** Rules that decide between layers that give a field different types. */
export interface FieldRules {
  /** Whether a field of the first type holds every value of the second. */
  readonly holds: (type: string, wanted: string) => boolean;
  /** Fields on which pgferry's own queries rely: others may only add to them. */
  readonly own: ReadonlySet<string>;
}

/** Parameters that change nothing about what a field of pgferry's own answers. */
export const HARMLESS: ReadonlySet<string> = new Set(['fields', 'meta', 'copy_to', 'eager_global_ordinals']);

const SAYS: Readonly<Record<ValueSource, string>> = {
  template: 'an index template says otherwise',
  pgferry: 'pgferry needs otherwise',
  index: 'the old index says otherwise',
  file: 'documents.mapping says otherwise',
  section: 'the file’s index.mapping says otherwise',
};

/**
 * Lays fields over each other, the last layer on top: parameter by parameter where the types agree, else the whole
 * field. Also within multi-fields and objects.
 * @param layers - in the order of precedence, the last wins
 */
export function layerFields(
  layers: readonly FieldLayer[],
  rules: FieldRules,
  path = '',
): { readonly properties: Properties; readonly lost: readonly LostValue[] } {
  const lost: LostValue[] = [];
  const names = new Set(layers.flatMap(({ properties }) => Object.keys(properties)));
  const properties = Object.fromEntries(
    [...names].map((name) => {
      const given = layers.flatMap(({ source, properties: own }) => {
        const mapping = Object.hasOwn(own, name) ? own[name] : undefined;
        return mapping === undefined ? [] : [{ source, mapping }];
      });
      const field = layerField(given, rules, path + name);
      lost.push(...field.lost);
      return [name, field.mapping];
    }),
  );
  return { properties, lost };
}

interface GivenField {
  readonly source: ValueSource;
  readonly mapping: FieldMapping;
}

function layerField(given: readonly GivenField[], rules: FieldRules, path: string) {
  const { type, source: decider } = decideType(given, rules, path);
  const lost: LostValue[] = [];
  const agreeing = given.filter(({ source, mapping }) => {
    if (typeOf(mapping) === type) return true;
    lost.push({ name: `field ${path}`, value: typeOf(mapping), source, reason: `it is ${type}: ${SAYS[decider]}` });
    return false;
  });
  const parameters: Record<string, unknown> = {};
  /** Layers that give the value that stands so far, by field. */
  const origins: Record<string, readonly ValueSource[]> = {};
  for (const { source, mapping } of agreeing) {
    for (const [name, value] of Object.entries(mapping)) {
      if (name === 'fields' || name === 'properties') continue;
      if (rules.own.has(path) && source !== 'pgferry' && name !== 'type' && !HARMLESS.has(name)) {
        lost.push(loseParameter(path, name, value, source, 'pgferry relies on this field'));
        continue;
      }
      const before = origins[name] ?? [];
      const isSame = isSameValue(parameters[name], value);
      if (!isSame)
        for (const loser of before) lost.push(loseParameter(path, name, parameters[name], loser, SAYS[source]));
      parameters[name] = value;
      origins[name] = isSame ? [...before, source] : [source];
    }
  }
  for (const key of ['fields', 'properties'] as const) {
    const inner = agreeing.flatMap(({ source, mapping }) =>
      mapping[key] === undefined ? [] : [{ source, properties: mapping[key] as Properties }],
    );
    if (inner.length === 0) continue;
    const layered = layerFields(inner, rules, key === 'fields' ? `${path}.fields.` : `${path}.`);
    lost.push(...layered.lost);
    parameters[key] = layered.properties;
  }
  return { mapping: parameters as FieldMapping, lost };
}

function loseParameter(path: string, name: string, value: unknown, source: ValueSource, reason: string): LostValue {
  return { name: `field ${path} ${name}`, value: describeValue(value), source, reason };
}

/** The last layer decides, but for a type that can't hold what pgferry writes. */
function decideType(given: readonly GivenField[], rules: FieldRules, path: string) {
  const needed = given.find(({ source }) => source === 'pgferry');
  const fitting = given.filter(({ source, mapping }) => {
    const mayLose = source === 'index' || source === 'section';
    if (!mayLose || needed === undefined || typeOf(mapping) === typeOf(needed.mapping)) return true;
    return !rules.own.has(path) && rules.holds(typeOf(mapping), typeOf(needed.mapping));
  });
  const last = fitting.at(-1);
  return { type: typeOf(last?.mapping ?? {}), source: last?.source ?? 'pgferry' };
}

function typeOf(mapping: FieldMapping): string {
  return mapping.type ?? 'object';
}
