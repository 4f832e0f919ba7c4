import { z } from 'zod';

import { optionalText } from './coerced-values';

/** A mapping with the given keys and no other. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code, input }) => {
      // Unknown keys are told one by one, with the nearest known name: see describeIssues.
      if (code !== 'invalid_type') return undefined;
      return input === undefined ? 'is required' : 'must be a mapping: keys and values, one a line';
    },
  });
}

/** A section that may be left out, then every key of it has its default. */
export function optionalSection<Shape extends z.ZodRawShape>(shape: Shape) {
  return section(shape).prefault({} as never);
}

/** Documentation of a key, for editors and the reference. */
export interface KeyDocumentation {
  readonly description: string;
  /**
   * The value of a key that is left out, in words.
   * @default the schema's own default
   */
  readonly fallback?: unknown;
  /** Set for keys of Elastic's files that are accepted and do nothing. */
  readonly noEffect?: true;
  /** Set for values that are never shown, and blotted out of whatever pgferry writes. */
  readonly secret?: true;
  /** JSON Schemas of forms that are brought into the schema's own before it sees them. */
  readonly otherForms?: readonly Readonly<Record<string, unknown>>[];
}

/** Documents a key; its default is the schema's own. */
export function documented<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  more: Omit<KeyDocumentation, 'description'> = {},
): Schema {
  return schema.meta({ description, fallback: ownDefault(schema), ...more });
}

function ownDefault(schema: z.ZodType): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined;
}

/** A key of Elastic's configuration that has no meaning for pgferry: accepted, and told as a note. */
export function ignored(why: string) {
  return nowhere(z.unknown())
    .optional()
    .meta({ description: `Has no effect: ${why}.`, noEffect: true });
}

/** The key of a file that holds another key: its content was put there before the schema sees either. */
export function fileOf(key: string) {
  return documented(nowhere(optionalText), `File that holds \`${key}\`.`);
}

/** Checks a value that is of no use afterwards: no setting is made of it. */
export function nowhere<Schema extends z.ZodType>(schema: Schema) {
  return schema.transform(() => undefined);
}

/** A fault of one key of a section. */
export interface KeyProblem {
  readonly key: string;
  readonly message: string;
}

/** Adds a check over several keys of a section; it runs when these went through unharmed, whatever the others did. */
export function relate<Schema extends z.ZodType>(
  schema: Schema,
  keys: readonly (string & keyof z.output<Schema>)[],
  find: (section: z.output<Schema>) => readonly KeyProblem[],
): Schema {
  return schema.superRefine(
    (value, context) => {
      for (const { key, message } of find(value)) context.addIssue({ code: 'custom', path: [key], message });
    },
    {
      when: ({ value, issues }) =>
        typeof value === 'object' &&
        value !== null &&
        issues.every(
          ({ code, path = [] }) =>
            code === 'unrecognized_keys' || !keys.some((key) => path.length === 0 || path[0] === key),
        ),
    },
  );
}

/** The problem of two keys that are given together or not at all. */
export function findMissingHalf<Key extends string>(
  section: Readonly<Partial<Record<Key, unknown>>>,
  pair: readonly [Key, Key],
): KeyProblem[] {
  const missing = pair.filter((key) => section[key] === undefined);
  if (missing.length !== 1) return [];
  return missing.map((key) => ({ key, message: `is required: ${pair.join(' and ')} belong together` }));
}
