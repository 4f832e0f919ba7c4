import { type ConfigurationPath, isFreeForm } from '../problems/configuration-path';
import type { ProblemList } from '../problems/problem-list';
import { type ConfigurationNode, createNode, isNode } from './configuration-node';

/**
 * Copies a tree with `a.b: 1` written out as `a: { b: 1 }`, and `null` (a key without a value) as undefined.
 * A key that is given in both forms is a problem; mappings given in both are merged.
 */
export function expandDottedKeys(value: unknown, path: ConfigurationPath, problems: ProblemList): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map((item, index) => expandDottedKeys(item, [...path, index], problems));
  if (!isNode(value) || isFreeForm(path)) return value;
  const node = createNode();
  for (const [key, child] of Object.entries(value)) insert(node, splitKey(key), child, path, problems);
  return node;
}

function splitKey(key: string): readonly string[] {
  const parts = key.split('.');
  return parts.includes('') ? [key] : parts;
}

function insert(
  node: ConfigurationNode,
  [key = '', ...rest]: readonly string[],
  value: unknown,
  path: ConfigurationPath,
  problems: ProblemList,
): void {
  const here = [...path, key];
  const existing = node[key];
  if (rest.length === 0) {
    const expanded = expandDottedKeys(value, here, problems);
    if (isNode(existing) && isNode(expanded)) mergeInto(existing, expanded, here, problems);
    else if (existing === undefined) node[key] = expanded;
    else if (expanded !== undefined) problems.add(here, 'is given twice: as a dotted key and nested; keep one');
    return;
  }
  const child = existing ?? createNode();
  if (!isNode(child)) {
    problems.add(here, 'is given twice: as a dotted key and nested; keep one');
    return;
  }
  node[key] = child;
  insert(child, isFreeForm(here) ? [rest.join('.')] : rest, value, here, problems);
}

function mergeInto(
  target: ConfigurationNode,
  source: ConfigurationNode,
  path: ConfigurationPath,
  problems: ProblemList,
): void {
  for (const [key, value] of Object.entries(source)) {
    if (isFreeForm(path) && target[key] !== undefined)
      problems.add([...path, key], 'is given twice: as a dotted key and nested; keep one');
    else insert(target, [key], value, path, problems);
  }
}
