import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml';

import { ConfigurationError, type ConfigurationProblem } from '../problems/configuration-error';
import type { ConfigurationPath } from '../problems/configuration-path';

/** A YAML text: its values, and where they stand. */
export interface ParsedYaml {
  readonly value: unknown;
  /** Line of a path, or of the nearest part of it that is in the text. */
  readonly lineOf: (path: ConfigurationPath) => number | undefined;
}

/**
 * Parses YAML 1.2 (core schema, `<<` merges).
 *
 * @throws ConfigurationError with line and column. The parser's own messages are not used: they quote the text, which
 * may be a secret.
 */
export function parseYaml(text: string, file?: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'error' });
  if (document.errors.length > 0)
    throw new ConfigurationError(
      document.errors.map((error) => describeError(error, text, lines)),
      file,
    );
  return {
    value: readValue(document, file),
    lineOf: (path) => {
      const offset = findOffset(document, document.contents, path);
      return offset === undefined ? undefined : lines.linePos(offset).line;
    },
  };
}

function readValue(document: Document, file: string | undefined): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    const message =
      'uses an alias (*name) that has no anchor (&name), or too many; text that starts with * needs quotes';
    throw new ConfigurationError([{ path: '', message }], file);
  }
}

const ADVICE: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'is not indented as YAML needs it',
  TAB_AS_INDENT: 'a tab is used to indent; use spaces',
  MISSING_CHAR: 'a character is missing: a closing quote or bracket, or the space after a colon or comma',
  BAD_SCALAR_START: 'a value starts with a character that YAML reserves; put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value holds a colon, or a line is indented too far; put such a value in quotes',
  MULTILINE_IMPLICIT_KEY: 'a key runs over several lines; a colon may be missing',
  BAD_DQ_ESCAPE: 'a text in double quotes holds a backslash that stands for nothing; use single quotes',
  BAD_ALIAS: 'a value starts with *; put the value in quotes',
  MULTIPLE_DOCS: 'holds more than one document (---); pgferry reads one',
};

function describeError({ code, pos: [offset] }: YAMLError, text: string, lines: LineCounter): ConfigurationProblem {
  const { line, col } = lines.linePos(offset);
  const advice =
    code === 'DUPLICATE_KEY' ? describeDuplicate(text.slice(offset)) : (ADVICE[code] ?? 'is not valid YAML');
  return { path: '', line, message: `column ${col}: ${advice}` };
}

function describeDuplicate(rest: string): string {
  const [name] = /^[\w.-]+(?=["']?\s*:)/.exec(rest.replace(/^["']/, '')) ?? [];
  return name === undefined ? 'a key is given twice' : `key '${name}' is given twice`;
}

function findOffset(document: Document, node: unknown, path: ConfigurationPath): number | undefined {
  const resolved = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(resolved)) return findInSequence(document, resolved.items, path);
  if (!isMap(resolved)) return undefined;
  // A dotted key stands for several parts of the path.
  for (let length = path.length; length > 0; length--) {
    const key = path.slice(0, length).join('.');
    const pair = resolved.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair !== undefined) return findOffset(document, pair.value, path.slice(length)) ?? offsetOf(pair);
  }
  return undefined;
}

function findInSequence(document: Document, items: readonly unknown[], path: ConfigurationPath): number | undefined {
  const [index, ...rest] = path;
  if (typeof index !== 'number') return undefined;
  return findOffset(document, items[index], rest) ?? rangeStart(items[index]);
}

function offsetOf({ key }: Pair): number | undefined {
  return rangeStart(key);
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}
