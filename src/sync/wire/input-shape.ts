/** Rule for a field of a workflow's input. */
export interface FieldRule {
  /** Completes "jobType must be …". */
  readonly allowed: string;
  readonly fits: (value: unknown) => boolean;
  readonly optional?: true;
}

/** The fields that an input may have. */
export type InputShape = Readonly<Record<string, FieldRule>>;

/** Values by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** Leaves out what is null: clients in other languages send a field so that they were not given. */
export function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** The first thing that is wrong with the fields, and what is allowed; undefined when nothing is. */
export function findShapeProblem(fields: Fields, shape: InputShape, prefix = ''): string | undefined {
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) {
    return `there is no field "${prefix}${unknown}"; the fields are ${Object.keys(shape).join(', ')}`;
  }
  for (const [name, { allowed, fits, optional }] of Object.entries(shape)) {
    const value = fields[name];
    if (value === undefined && optional === true) continue;
    if (!fits(value)) return `${prefix}${name} ${value === undefined ? 'is missing; it ' : ''}must be ${allowed}`;
  }
  return undefined;
}
