import type { ConfigurationPath } from '../problems/configuration-path';
import type { ProblemList } from '../problems/problem-list';
import { isNode } from './configuration-node';
import { type FileReader, readText } from './read-referenced-files';

/**
 * Brings the advanced sync rules of every connector into one form, a list. They may be JSON text, the path of a JSON
 * file, and Elastic's `{ advanced_snippet: { value: [] } }`.
 *
 * @param reader - Absent before variables are substituted: then only JSON text is parsed, so that no variable can
 * become JSON, and paths are left for later.
 */
export function readAdvancedRules(tree: unknown, problems: ProblemList, reader?: FileReader): void {
  const connectors = isNode(tree) ? tree['connectors'] : undefined;
  if (!Array.isArray(connectors)) return;
  connectors.forEach((connector: unknown, index) => {
    const rules = isNode(connector) ? connector['sync_rules'] : undefined;
    if (!isNode(rules)) return;
    const path = ['connectors', index, 'sync_rules', 'advanced'];
    rules['advanced'] = unwrap(readRules(rules['advanced'], path, problems, reader));
  });
}

function readRules(value: unknown, path: ConfigurationPath, problems: ProblemList, reader?: FileReader): unknown {
  if (typeof value !== 'string') return value;
  if (value.trim() === '') return undefined;
  if (/^\s*[[{]/.test(value)) return parseJson(value, path, problems);
  if (reader === undefined) return value;
  const text = readText(value, path, reader, problems);
  return text === undefined ? undefined : parseJson(text, path, problems);
}

function parseJson(text: string, path: ConfigurationPath, problems: ProblemList): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the text.
    problems.add(path, 'is not valid JSON');
    return undefined;
  }
}

function unwrap(value: unknown): unknown {
  if (!isNode(value)) return value;
  if ('advanced_snippet' in value) return unwrap(value['advanced_snippet']);
  if ('value' in value) return unwrap(value['value']);
  return Object.keys(value).length === 0 ? undefined : value;
}
