import type { z } from 'zod';

import type { ConfigurationPath } from '../problems/configuration-path';
import { nearestName } from '../problems/nearest-name';
import type { ProblemList } from '../problems/problem-list';
import { knownKeys, sectionsWithKey } from './schema-walk';

type Issue = z.core.$ZodIssue;

/** Adds what zod found to a list of problems, in the words of people who write configuration files. */
export function describeIssues(
  issues: readonly Issue[],
  path: ConfigurationPath,
  tree: unknown,
  problems: ProblemList,
): void {
  for (const issue of issues) {
    const here = [...path, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) addUnknownKey(key, here, tree, problems);
    else describeIssue(issue, here, tree, problems);
  }
}

function describeIssue(issue: Issue, path: ConfigurationPath, tree: unknown, problems: ProblemList): void {
  const branch = issue.code === 'invalid_union' ? issue.errors.find(isAboutContent) : undefined;
  if (branch === undefined) problems.add(path, issue.message);
  else describeIssues(branch, path, tree, problems);
}

/** Whether a form of a value fits but for what is inside of it. */
function isAboutContent(issues: readonly Issue[]): boolean {
  return issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys');
}

function addUnknownKey(key: string, section: ConfigurationPath, tree: unknown, problems: ProblemList): void {
  const known = knownKeys(section);
  const nearest = nearestName(key, known);
  const path = [...section, key];
  if (nearest !== undefined) problems.add(path, `unknown key '${key}'; did you mean '${nearest}'?`);
  // `{ password: a,b }` has a key `b`, which is the end of a secret: it isn't shown.
  else if (valueAt(tree, path) === undefined)
    problems.add(section, 'holds a key without a value: a comma needs quotes');
  else problems.add(path, describeUnknownKey(key, known));
}

function valueAt(tree: unknown, path: ConfigurationPath): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined,
    tree,
  );
}

function describeUnknownKey(key: string, known: readonly string[]): string {
  const elsewhere = sectionsWithKey(key).map((place) => (place === '' ? 'the top of the file' : place));
  if (elsewhere.length > 0) return `unknown key '${key}' here; it belongs under ${elsewhere.join(' or ')}`;
  return known.length === 0 ? `unknown key '${key}'` : `unknown key '${key}'; known are ${known.join(', ')}`;
}
