import type { FieldMapping } from '../../sync/field-mapping';
import { EMPTY_CONTENT, type IndexContent, type Properties } from '../blueprint/index-content';
import type { MappingMeta } from './state-format';

/**
 * Record of an index as it was made, from templates and from pgferry, and of pgferry's later additions: whatever differs
 * from it was changed by a person, and comes along when the index is rebuilt.
 */
export interface CreationRecord {
  readonly content: IndexContent;
  /** False for an index that a person or pgferry 0.1.0 made: then it only holds what pgferry added since. */
  readonly isWhole: boolean;
}

const KEY = 'created_with';

/** The record in an index's `_meta`; what can't be read counts as absent. */
export function readRecord({ [KEY]: record }: MappingMeta): CreationRecord {
  if (!isObject(record)) return { content: EMPTY_CONTENT, isWhole: false };
  const { settings, parameters, aliases, fields, whole } = record;
  return {
    isWhole: whole === true,
    content: {
      settings: isObject(settings) ? (settings as IndexContent['settings']) : {},
      parameters: isObject(parameters) ? parameters : {},
      aliases: isObject(aliases) ? (aliases as IndexContent['aliases']) : {},
      properties: ungroupFields(fields),
    },
  };
}

/** The `_meta` with another record. */
export function replaceRecord(meta: MappingMeta, { content, isWhole }: CreationRecord): MappingMeta {
  const { settings, parameters, aliases, properties } = content;
  return { ...meta, [KEY]: { whole: isWhole, settings, parameters, aliases, fields: groupFields(properties) } };
}

/** The `_meta` with what pgferry added to the index after it was made. */
export function addToRecord(meta: MappingMeta, added: IndexContent): MappingMeta {
  const { content, isWhole } = readRecord(meta);
  const settings = { ...content.settings, ...added.settings };
  const parameters = { ...content.parameters, ...added.parameters };
  const properties = addFields(content.properties, added.properties);
  return replaceRecord(meta, { isWhole, content: { ...content, settings, parameters, properties } });
}

function addFields(known: Properties, added: Properties): Properties {
  const merged = Object.entries(added).map(([name, field]) => {
    const before = Object.hasOwn(known, name) ? known[name] : undefined;
    if (before?.['properties'] === undefined || field['properties'] === undefined) return [name, field];
    const properties = addFields(before['properties'] as Properties, field['properties'] as Properties);
    return [name, { ...before, properties }];
  });
  return { ...known, ...(Object.fromEntries(merged) as Properties) };
}

/** Fields of the same mapping together: most are, and the record travels with each change of the index's state. */
function groupFields(properties: Properties): [FieldMapping, string[]][] {
  const groups = new Map<string, [FieldMapping, string[]]>();
  for (const [name, mapping] of Object.entries(properties)) {
    const key = JSON.stringify(mapping);
    const group = groups.get(key) ?? [mapping, []];
    group[1].push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function ungroupFields(groups: unknown): Properties {
  if (!Array.isArray(groups)) return {};
  return Object.fromEntries(
    groups.flatMap((group: unknown) => {
      if (!Array.isArray(group)) return [];
      const [mapping, names] = group as unknown[];
      if (!isObject(mapping) || !Array.isArray(names)) return [];
      return names.flatMap((name: unknown) => (typeof name === 'string' ? [[name, mapping] as const] : []));
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
