/** The connector and relation that an activity is about, as far as its input says. */
export interface ActivitySubject {
  readonly connector?: string;
  /** The relation, or the first of several. */
  readonly relation?: string;
}

/** Reads connector and relation from the input of any activity of a sync, for logs and metrics. */
export function readSubject(input: unknown): ActivitySubject {
  const job = field(input, 'job') ?? field(field(input, 'plan'), 'job') ?? input;
  const connector = text(field(job, 'connectorId'));
  const relation =
    text(field(field(input, 'part'), 'relation')) ??
    text(field(first(field(input, 'task')), 'relation')) ??
    nameOf(first(field(input, 'relations')));
  return { ...(connector === undefined ? {} : { connector }), ...(relation === undefined ? {} : { relation }) };
}

function nameOf(relation: unknown): string | undefined {
  return text(relation) ?? text(field(relation, 'name'));
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? (list as readonly unknown[])[0] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
