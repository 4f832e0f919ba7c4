/** Pipelines that a definition calls by processors of type `pipeline`, wherever they stand in it. */
export interface CalledPipelines {
  readonly names: readonly string[];
  /** Whether a name is made from the document, so that any pipeline may be called. */
  readonly areOpen: boolean;
}

export function findCalledPipelines(definition: unknown): CalledPipelines {
  const names = [...listNames(definition)];
  return { names: names.filter((name) => !isTemplate(name)), areOpen: names.some(isTemplate) };
}

function* listNames(node: unknown): Generator<string, void> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    if (key === 'pipeline' && hasName(child)) yield child.name;
    yield* listNames(child);
  }
}

function hasName(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

/** Mustache, as processors take it. */
function isTemplate(name: string): boolean {
  return name.includes('{{');
}
