import type { FieldMapping, IndexMapping } from '../../sync/field-mapping';
import type { ContentChanges } from './find-changes';
import {
  describeValue,
  type IndexContent,
  isSameValue,
  type LostValue,
  type Properties,
  type Settings,
  type ValueSource,
} from './index-content';
import { type FieldRules, layerFields } from './layer-fields';
import { layerSettings, type NeededSetting } from './layer-settings';

/** Ingredients of an index, by the source of each value. */
export interface BlueprintLayers {
  /** Content that index templates give an index of that name. */
  readonly template: IndexContent;
  readonly needed: {
    readonly mapping: IndexMapping;
    /** Fields of the mapping that the file gives a mapping of their own, with the one that their column's type has. */
    readonly overridden: Properties;
    /** @param properties - all fields that the index will have */
    readonly settings: (properties: Properties) => readonly NeededSetting[];
  };
  /** People's changes on the index that is replaced; nothing for a first one. */
  readonly changed: ContentChanges;
  /** Content that the connector's `index` gives. */
  readonly section: IndexContent;
  readonly rules: FieldRules;
}

/** An index to be made. */
export interface Blueprint {
  readonly settings: Settings;
  readonly parameters: IndexContent['parameters'];
  /** Without fields that only a template gives, which come by themselves. */
  readonly properties: Properties;
  /** Values that it will not have, with the reason. */
  readonly lost: readonly LostValue[];
}

/**
 * Chooses every value of an index that is to be made. The last one wins: Elasticsearch's default, a template, what
 * pgferry needs, what people changed on the index that is replaced, the file.
 */
export function drawBlueprint({ template, needed, changed, section, rules }: BlueprintLayers): Blueprint {
  const { mapping, overridden } = needed;
  const own = Object.entries(mapping.properties).filter(([name]) => !Object.hasOwn(overridden, name));
  const fields = layerFields(
    [
      { source: 'template', properties: template.properties },
      { source: 'pgferry', properties: Object.fromEntries(own) },
      { source: 'index', properties: changed.properties },
      { source: 'file', properties: pickFields(mapping.properties, Object.keys(overridden)) },
      { source: 'section', properties: section.properties },
    ],
    rules,
  );
  const reached = dropDanglingAliases(fields.properties);
  const settings = layerSettings({
    template: template.settings,
    needed: needed.settings(reached.properties),
    changed: changed.settings,
    section: section.settings,
  });
  const parameters = { dynamic: mapping.dynamic, ...changed.parameters, ...section.parameters };
  const asked = Object.keys({ ...mapping.properties, ...changed.properties, ...section.properties });
  return {
    settings: settings.settings,
    parameters,
    properties: pickFields(reached.properties, asked),
    lost: [
      ...changed.lost,
      ...settings.lost,
      ...loseParameters(parameters, [
        { source: 'section', parameters: section.parameters },
        { source: 'index', parameters: changed.parameters },
        { source: 'pgferry', parameters: { dynamic: mapping.dynamic } },
        { source: 'template', parameters: template.parameters },
      ]),
      ...loseOverridden(mapping.properties, overridden),
      ...fields.lost,
      ...reached.lost,
    ],
  };
}

function pickFields(properties: Properties, names: readonly string[]): Properties {
  const wanted = new Set(names);
  return Object.fromEntries(Object.entries(properties).filter(([name]) => wanted.has(name)));
}

function loseOverridden(chosen: Properties, overridden: Properties): LostValue[] {
  return Object.entries(overridden).flatMap(([name, mapping]) => {
    if (isSameValue(chosen[name], mapping)) return [];
    const value = describeValue(mapping);
    return [{ name: `field ${name}`, value, source: 'pgferry' as const, reason: 'documents.mapping says otherwise' }];
  });
}

const HAS: Readonly<Partial<Record<ValueSource, string>>> = {
  section: 'the file’s index.mapping has another value',
  index: 'the old index has another value',
  pgferry: 'pgferry needs another value',
};

/** @param layers - the last word first; pgferry's own value may be another's to choose, and is no loss */
function loseParameters(
  chosen: IndexContent['parameters'],
  layers: readonly { readonly source: ValueSource; readonly parameters: IndexContent['parameters'] }[],
): LostValue[] {
  return Object.entries(chosen).flatMap(([name, value]) => {
    const winner = layers.find(({ parameters }) => Object.hasOwn(parameters, name))?.source ?? 'pgferry';
    return layers.flatMap(({ source, parameters }) => {
      const below = parameters[name];
      if (source === 'pgferry' || below === undefined || isSameValue(below, value)) return [];
      return [{ name: `mapping ${name}`, value: describeValue(below), source, reason: HAS[winner] ?? '' }];
    });
  });
}

/** A field of type alias whose path leads nowhere any more is one that Elasticsearch refuses. */
function dropDanglingAliases(properties: Properties): { properties: Properties; lost: LostValue[] } {
  const paths = new Set(listPaths(properties));
  const lost: LostValue[] = [];
  const drop = (fields: Properties, path: string): Properties =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, field]) => {
        const target = field['path'];
        if (field.type === 'alias' && typeof target === 'string' && !paths.has(target)) {
          const reason = `there is no field ${target} any more`;
          lost.push({ name: `field ${path}${name}`, value: 'alias', source: 'index', reason });
          return [];
        }
        if (field['properties'] === undefined) return [[name, field]];
        return [[name, { ...field, properties: drop(field['properties'] as Properties, `${path}${name}.`) }]];
      }),
    );
  return { properties: drop(properties, ''), lost };
}

/** Fields that hold values, multi-fields too: an alias can stand for them. */
function listPaths(properties: Properties, path = ''): string[] {
  return Object.entries(properties).flatMap(([name, field]: [string, FieldMapping]) => {
    if (field.type === 'alias') return [];
    const inner = { ...((field['properties'] ?? {}) as Properties), ...((field['fields'] ?? {}) as Properties) };
    return [`${path}${name}`, ...listPaths(inner, `${path}${name}.`)];
  });
}
