import type { ConfigurationPath } from '../problems/configuration-path';
import type { ProblemList } from '../problems/problem-list';
import { createNode, isNode } from './configuration-node';

type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$\{|\$\{(?:([A-Za-z_]\w*)(?::-([^}]*))?\})?/g;

/**
 * Puts environment variables into the texts of a tree: `${NAME}`, and `${NAME:-default}` for one that is unset or empty.
 * `$${` stands for `${`. It works on values, after YAML was parsed, so that a variable can't become syntax.
 */
export function substituteVariables(
  value: unknown,
  environment: Environment,
  path: ConfigurationPath,
  problems: ProblemList,
): unknown {
  if (typeof value === 'string') return substitute(value, environment, path, problems);
  if (Array.isArray(value))
    return value.map((item, index) => substituteVariables(item, environment, [...path, index], problems));
  if (!isNode(value)) return value;
  const node = createNode();
  for (const [key, child] of Object.entries(value))
    node[key] = substituteVariables(child, environment, [...path, key], problems);
  return node;
}

function substitute(value: string, environment: Environment, path: ConfigurationPath, problems: ProblemList): string {
  return value.replaceAll(REFERENCE, (reference, name?: string, fallback?: string) => {
    if (reference === '$${') return '${';
    if (name === undefined) {
      problems.add(path, 'holds ${ without NAME} after it: write ${NAME}, or $${ for the characters themselves');
      return '';
    }
    const found = environment[name];
    if (fallback !== undefined && (found === undefined || found === '')) return fallback;
    if (found === undefined)
      problems.add(path, `environment variable ${name} is not set: set it, or give a default as \${${name}:-default}`);
    return found ?? '';
  });
}
