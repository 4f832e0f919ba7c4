import { z } from 'zod';

import { configurationFile } from './configuration-file';

/** The parts of a JSON Schema that pgferry's own has. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  /** The schema of every key that `properties` does not name. */
  readonly additionalProperties?: boolean | JsonSchema;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  /** The key is accepted and does nothing. */
  readonly deprecated?: boolean;
  readonly writeOnly?: boolean;
  readonly [keyword: string]: unknown;
}

/** The JSON Schema (draft 2020-12) of `pgferry.yml`, for editors; committed as docs/pgferry.schema.json. */
export function generateJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configurationFile, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      translateDocumentation(jsonSchema);
      // `elasticsearch.host: …` is a key too.
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { '\\.': true };
    },
  });
  return { ...schema, title: 'pgferry.yml' } as JsonSchema;
}

const VARIABLE = '|\\$\\{';

function translateDocumentation(jsonSchema: Record<string, unknown>): void {
  const { fallback, secret, noEffect, otherForms, pattern } = jsonSchema;
  delete jsonSchema['fallback'];
  delete jsonSchema['secret'];
  delete jsonSchema['noEffect'];
  delete jsonSchema['otherForms'];
  delete jsonSchema['default'];
  // A section may be left out because each of its keys may: these tell their defaults. A secret has none to tell.
  const isSection = jsonSchema['additionalProperties'] === false;
  if (fallback !== undefined && !isSection && secret !== true) jsonSchema['default'] = fallback;
  if (secret === true) jsonSchema['writeOnly'] = true;
  if (noEffect === true) jsonSchema['deprecated'] = true;
  if (Array.isArray(otherForms)) acceptForms(jsonSchema, otherForms);
  // A variable may stand for any text.
  if (typeof pattern === 'string' && !pattern.endsWith(VARIABLE)) jsonSchema['pattern'] = `${pattern}${VARIABLE}`;
}

function acceptForms(jsonSchema: Record<string, unknown>, forms: readonly unknown[]): void {
  const { type, items } = jsonSchema;
  delete jsonSchema['type'];
  delete jsonSchema['items'];
  jsonSchema['anyOf'] = [{ type, items }, ...forms];
}
