/**
 * Leaves of an answer what `filter_path` names, as Elasticsearch does: `*` is any name, `**` any way, `-` takes away.
 * Positions in lists count for nothing, and what becomes empty goes.
 */
export function filterAnswer(answer: unknown, filterPath: string | null): unknown {
  const paths = (filterPath ?? '').split(',').filter((path) => path !== '');
  const wanted = paths.filter((path) => !path.startsWith('-')).map(toSteps);
  const unwanted = paths.filter((path) => path.startsWith('-')).map((path) => toSteps(path.slice(1)));
  const kept = wanted.length === 0 ? answer : keep(answer, wanted);
  return (unwanted.length === 0 ? kept : drop(kept, unwanted)) ?? {};
}

type Steps = readonly string[];

function toSteps(path: string): Steps {
  return path.split('.');
}

function keep(value: unknown, paths: readonly Steps[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  return walk(value, paths, (inner, rest) => keep(inner, rest));
}

function drop(value: unknown, paths: readonly Steps[]): unknown {
  if (paths.some((path) => path.length === 0)) return undefined;
  return typeof value === 'object' && value !== null ? walk(value, paths, drop) : value;
}

function walk(value: unknown, paths: readonly Steps[], visit: typeof keep): unknown {
  if (Array.isArray(value)) {
    const inner = value.map((item) => visit(item, paths)).filter((item) => item !== undefined);
    return inner.length === 0 ? undefined : inner;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, visit(inner, advance(name, paths))] as const)
    .filter(([, inner]) => inner !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The rest of each path behind a name. */
function advance(name: string, paths: readonly Steps[]): Steps[] {
  return paths.flatMap(([step = '', ...rest]) => {
    if (step === '**')
      return [[step, ...rest], ...advance(name, [rest]), rest.length === 0 ? [] : undefined].filter(
        (path) => path !== undefined,
      );
    return matches(name, step) ? [rest] : [];
  });
}

function matches(name: string, step: string): boolean {
  const pattern = step.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`, 'u').test(name);
}
