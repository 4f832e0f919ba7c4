import { findField, type IngestDocument } from './ingest-document';
import { IngestError } from './ingest-error';

/** What `if` of a processor decides of a document. */
export type Condition = (document: IngestDocument) => boolean;
type Value = (document: IngestDocument) => unknown;

const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(===?|!==?|<=|>=|&&|\|\||\?\.|[-<>!().[\]%]))/uy;
const METHODS: Readonly<Record<string, (text: string, argument: string) => unknown>> = {
  startsWith: (text, argument) => text.startsWith(argument),
  endsWith: (text, argument) => text.endsWith(argument),
  contains: (text, argument) => text.includes(argument),
};

/**
 * Reads a small part of Painless: fields of `ctx` (`ctx.a`, `ctx?.a`, `ctx['a']`), literals, comparisons, `%`, `!`, `&&`,
 * `||`, parentheses, `containsKey`, `startsWith`, `endsWith` and `contains`.
 *
 * @throws IngestError as for a script that doesn't compile, whatever is beyond that part
 */
export function parseCondition(script: string): Condition {
  const tokens = tokenize(script);
  const take = (...wanted: readonly string[]): string | undefined =>
    tokens[0] !== undefined && wanted.includes(tokens[0]) ? tokens.shift() : undefined;
  const need = (wanted: string): void => {
    if (take(wanted) === undefined) throw notCompiled(script);
  };

  const either = (): Value => chain(both, '||', (left, right) => (it) => asBoolean(left(it)) || asBoolean(right(it)));
  const both = (): Value => chain(equality, '&&', (left, right) => (it) => asBoolean(left(it)) && asBoolean(right(it)));
  const chain = (operand: () => Value, operator: string, join: (left: Value, right: Value) => Value): Value => {
    let value = operand();
    while (take(operator) !== undefined) value = join(value, operand());
    return value;
  };
  const equality = (): Value => {
    const left = order();
    const operator = take('==', '===', '!=', '!==');
    if (operator === undefined) return left;
    const right = order();
    return (it) => isEqual(left(it), right(it)) === operator.startsWith('=');
  };
  const order = (): Value => {
    const left = rest();
    const operator = take('<', '<=', '>', '>=');
    if (operator === undefined) return left;
    const right = rest();
    return (it) => compare(asNumber(left(it)), operator, asNumber(right(it)));
  };
  const rest = (): Value => chain(unary, '%', (left, right) => (it) => asNumber(left(it)) % asNumber(right(it)));
  const unary = (): Value => {
    if (take('!') !== undefined) {
      const value = unary();
      return (it) => !asBoolean(value(it));
    }
    if (take('-') !== undefined) {
      const value = unary();
      return (it) => -asNumber(value(it));
    }
    return primary();
  };
  const primary = (): Value => {
    if (take('(') !== undefined) {
      const value = either();
      need(')');
      return value;
    }
    const token = tokens.shift() ?? '';
    if (token === 'ctx') return member([]);
    const literal = readLiteral(token);
    if (literal === undefined) throw notCompiled(script);
    return () => literal;
  };
  const member = (path: readonly string[]): Value => {
    const field: Value = (it) => findField(it, path.join('.'));
    if (take('[') !== undefined) {
      const name = readLiteral(tokens.shift() ?? '');
      need(']');
      return member([...path, String(name)]);
    }
    if (take('.', '?.') === undefined) return field;
    const name = tokens.shift() ?? '';
    if (take('(') === undefined) return member([...path, name]);
    const argument = either();
    need(')');
    if (name === 'containsKey') return (it) => findField(it, [...path, String(argument(it))].join('.')) !== undefined;
    const call = METHODS[name];
    if (call === undefined) throw notCompiled(script);
    return (it) => call(asText(field(it)), asText(argument(it)));
  };

  const whole = either();
  if (tokens.length > 0) throw notCompiled(script);
  return (document) => asBoolean(whole(document));
}

function tokenize(script: string): string[] {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < script.trimEnd().length;) {
    const match = TOKEN.exec(script);
    if (match === null) throw notCompiled(script);
    tokens.push(match[0].trim());
  }
  return tokens;
}

function readLiteral(token: string): string | number | boolean | null | undefined {
  if (/^['"]/u.test(token)) return token.slice(1, -1).replaceAll(/\\(.)/gu, '$1');
  if (/^\d/u.test(token)) return Number(token);
  return new Map([
    ['true', true],
    ['false', false],
    ['null', null],
  ] as const).get(token as 'true' | 'false' | 'null');
}

function isEqual(left: unknown, right: unknown): boolean {
  // To Painless a field that isn't there is null.
  return (left ?? null) === (right ?? null);
}

function compare(left: number, operator: string, right: number): boolean {
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function asNumber(value: unknown): number {
  if (typeof value !== 'number') throw notRun();
  return value;
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw notRun();
  return value;
}

function asBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw notRun();
  return value;
}

function notCompiled(script: string): IngestError {
  return new IngestError('script_exception', `compile error: ${script}`);
}

/** As for null or a value of another type, where Painless wants this one. */
function notRun(): IngestError {
  return new IngestError('script_exception', 'runtime error');
}
