import type { ConfigurationPath } from '../problems/configuration-path';
import { generateJsonSchema, type JsonSchema } from './generate-json-schema';

let cached: JsonSchema | undefined;

function wholeSchema(): JsonSchema {
  cached ??= generateJsonSchema();
  return cached;
}

/** The schema of what stands at a path; undefined where the file has no such place. */
export function schemaAt(path: ConfigurationPath, from: JsonSchema = wholeSchema()): JsonSchema | undefined {
  if (from.$ref !== undefined) return schemaAt(path, definitionOf(from.$ref));
  const [part, ...rest] = path;
  if (part === undefined) return from;
  const next = typeof part === 'number' ? from.items : (ownProperty(from, part) ?? valueOfAnyKey(from));
  if (next !== undefined) return schemaAt(rest, next);
  for (const branch of from.anyOf ?? []) {
    const found = schemaAt(path, branch);
    if (found !== undefined) return found;
  }
  return undefined;
}

function definitionOf(reference: string): JsonSchema {
  return wholeSchema().$defs?.[reference.replace('#/$defs/', '')] ?? {};
}

function valueOfAnyKey({ additionalProperties }: JsonSchema): JsonSchema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function ownProperty({ properties = {} }: JsonSchema, name: string): JsonSchema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** The keys that a mapping at this path may have. */
export function knownKeys(path: ConfigurationPath): readonly string[] {
  const schema = schemaAt(path);
  return [schema, ...(schema?.anyOf ?? [])].flatMap((branch) => Object.keys(branch?.properties ?? {}));
}

/** The sections in which a key of this name is known: `connectors[].configuration`; empty text for the top. */
export function sectionsWithKey(name: string, schema: JsonSchema = wholeSchema(), path = ''): string[] {
  const here = ownProperty(schema, name) === undefined ? [] : [path];
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, child]) =>
    sectionsWithKey(name, child, path === '' ? key : `${path}.${key}`),
  );
  const items = schema.items === undefined ? [] : sectionsWithKey(name, schema.items, `${path}[]`);
  const branches = (schema.anyOf ?? []).flatMap((branch) => sectionsWithKey(name, branch, path));
  return [...new Set([...here, ...below, ...items, ...branches])];
}
