import type { AliasDefinition, IndexContent, Properties, Settings, SettingValue } from './index-content';

/** An index or a template as Elasticsearch describes it: settings nested or flat. */
export interface RawContent {
  readonly settings?: unknown;
  readonly mappings?: unknown;
  readonly aliases?: unknown;
}

/** Reads the content of an index or a template; a setting that was reset counts as one that was never set. */
export function readContent({ settings, mappings, aliases }: RawContent): IndexContent {
  const mapping = objectOf(mappings);
  const parameters = Object.entries(mapping).filter(([name]) => name !== 'properties' && name !== '_meta');
  return {
    settings: flattenSettings(objectOf(settings)),
    parameters: flattenParameters(Object.fromEntries(parameters)),
    properties: objectOf(mapping['properties']) as Properties,
    aliases: objectOf(aliases) as Record<string, AliasDefinition>,
  };
}

/** The mapping that parameters as {@link readContent} gives them stand for, without fields. */
export function toMapping(parameters: IndexContent['parameters']): Record<string, unknown> {
  const plain = Object.entries(parameters).filter(([name]) => !name.startsWith(RUNTIME));
  const runtime = Object.entries(parameters).filter(([name]) => name.startsWith(RUNTIME));
  return {
    ...Object.fromEntries(plain),
    ...(runtime.length === 0
      ? {}
      : { runtime: Object.fromEntries(runtime.map(([name, field]) => [name.slice(RUNTIME.length), field])) }),
  };
}

const RUNTIME = 'runtime.';

function flattenParameters({ runtime, ...parameters }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = Object.entries(objectOf(runtime)).map(([name, field]) => [`${RUNTIME}${name}`, field] as const);
  return { ...parameters, ...Object.fromEntries(fields) };
}

function flattenSettings(settings: Readonly<Record<string, unknown>>, path = ''): Settings {
  const flat: Record<string, SettingValue> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (Array.isArray(value)) flat[path + name] = value.map(String);
    else if (isScalar(value)) flat[path + name] = String(value);
    else Object.assign(flat, flattenSettings(objectOf(value), `${path}${name}.`));
  }
  return flat;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
