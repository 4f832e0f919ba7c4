/** A regular expression of PostgreSQL, or why there is none. */
export type TranslatedRegex =
  { readonly pattern: string; readonly problem?: never } | { readonly pattern?: never; readonly problem: string };

/** Escapes outside brackets that mean something else, or are written otherwise, in PostgreSQL. */
const ESCAPES: Readonly<Record<string, string>> = { b: '\\y', B: '\\Y' };
const SAME_ESCAPES = 'dDwWsSAZtnrfva';
const SAME_IN_BRACKETS = 'dDwWsStnrfvab';
/** DUPMAX of PostgreSQL's regex.h. */
const MOST_REPEATS = 255;

class Untranslatable extends Error {}

/**
 * Translates a regular expression of Python, in which Elastic's rules are written, into an advanced one of PostgreSQL.
 * It matches at the start of a text, as Elastic's do: `Jo` matches John, `hn` does not, `.*hn` does. Classes such as
 * `\w` are those of ASCII. https://www.postgresql.org/docs/current/functions-matching.html#FUNCTIONS-POSIX-REGEXP
 */
export function translateRegex(python: string): TranslatedRegex {
  try {
    const flags = /^\(\?([a-zA-Z]+)\)/.exec(python);
    const [whole = '', letters = ''] = flags ?? [];
    if (/[^is]/.test(letters)) return { problem: `the flags (?${letters}) have no equivalent in PostgreSQL` };
    const body = translate(python.slice(whole.length), letters.includes('s'));
    return { pattern: `${letters.includes('i') ? '(?i)' : ''}\\A(?:${body})` };
  } catch (error) {
    if (error instanceof Untranslatable) return { problem: error.message };
    throw error;
  }
}

function translate(python: string, dotAll: boolean): string {
  const groups: (string | undefined)[] = [];
  let translated = '';
  let at = 0;
  const take = (part: string, result = part) => {
    at += part.length;
    translated += result;
  };
  while (at < python.length) {
    const rest = python.slice(at);
    const character = rest.charAt(0);
    if (character === '\\') take(...translateEscape(rest, groups.length));
    else if (character === '[') take(...translateBracket(rest));
    else if (character === '(') take(...openGroup(rest, groups));
    else if (character === '{') take(...translateRepeat(rest));
    else if (character === '.') take('.', dotAll ? '.' : '[^\\n]');
    else if (character === '^') take('^', '\\A');
    else if (character === '$') take('$', '(?=\\n?\\Z)');
    else if (/^[*+?]\+/.test(rest)) throw new Untranslatable('possessive quantifiers have no equivalent in PostgreSQL');
    else take(character);
  }
  return translated;
}

type Translation = [taken: string, result: string];

function translateEscape(rest: string, groups: number): Translation {
  const next = rest.charAt(1);
  const replacement = ESCAPES[next];
  if (replacement !== undefined) return [`\\${next}`, replacement];
  if (/[1-9]/.test(next)) {
    const [reference = ''] = /^\\[1-9]\d?/.exec(rest) ?? [];
    if (Number(reference.slice(1)) <= groups) return [reference, reference];
    throw new Untranslatable(`there is no group ${reference}`);
  }
  return translateCharacterEscape(rest, SAME_ESCAPES);
}

function translateCharacterEscape(rest: string, same: string): Translation {
  const next = rest.charAt(1);
  if (next !== '' && same.includes(next)) return [`\\${next}`, `\\${next}`];
  const [taken, byte, short, long] = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest) ?? [];
  if (taken !== undefined) return [taken, long === undefined ? `\\u${(byte ?? short ?? '').padStart(4, '0')}` : taken];
  if (next === '' || /[a-zA-Z0-9]/.test(next)) throw new Untranslatable(`the escape \\${next} has no equivalent`);
  return [`\\${next}`, /[\p{P}\p{S}\s]/u.test(next) && next.length === 1 ? `\\${next}` : next];
}

function translateBracket(rest: string): Translation {
  const isNegated = rest.startsWith('[^');
  const complements: string[] = [];
  let at = isNegated ? 2 : 1;
  let members = '';
  for (let isFirst = true; ; isFirst = false) {
    const character = rest.charAt(at);
    if (character === '') throw new Untranslatable('a bracket is not closed');
    if (character === ']' && !isFirst) return [rest.slice(0, at + 1), writeBracket(members, complements, isNegated)];
    if (character === '\\') {
      const [taken, escaped] = translateCharacterEscape(rest.slice(at), SAME_IN_BRACKETS);
      at += taken.length;
      if (/^\\[DWS]$/.test(taken)) complements.push(taken);
      else members += escaped;
    } else {
      at += 1;
      // [: [. [= begin classes in PostgreSQL.
      members += character === '[' ? '\\[' : character;
    }
  }
}

/** `\D`, `\W` and `\S` stand within brackets from PostgreSQL 14 on only: they become alternatives to them. */
function writeBracket(members: string, complements: readonly string[], isNegated: boolean): string {
  if (complements.length === 0) return `[${isNegated ? '^' : ''}${members}]`;
  const alternatives = [...(members === '' ? [] : [`[${members}]`]), ...complements].join('|');
  return isNegated ? `(?:(?!${alternatives}).)` : `(?:${alternatives})`;
}

function openGroup(rest: string, groups: (string | undefined)[]): Translation {
  if (!rest.startsWith('(?')) {
    groups.push(undefined);
    return ['(', '('];
  }
  const [assertion] = /^\(\?(?::|=|!|<=|<!)/.exec(rest) ?? [];
  if (assertion !== undefined) return [assertion, assertion];
  const [named, name] = /^\(\?P<(\w+)>/.exec(rest) ?? [];
  if (named !== undefined) {
    groups.push(name);
    return [named, '('];
  }
  const [reference, referred] = /^\(\?P=(\w+)\)/.exec(rest) ?? [];
  const position = groups.indexOf(referred);
  if (reference !== undefined && position >= 0) return [reference, `\\${position + 1}`];
  const [comment] = /^\(\?#[^)]*\)/.exec(rest) ?? [];
  if (comment !== undefined) return [comment, ''];
  throw new Untranslatable(`${rest.slice(0, 4)} has no equivalent in PostgreSQL`);
}

function translateRepeat(rest: string): Translation {
  const [taken, exactly, from, to] = /^\{(?:(\d+)|(\d*),(\d*))\}/.exec(rest) ?? [];
  if (taken === undefined) return ['{', '\\{'];
  if (rest.charAt(taken.length) === '+') {
    throw new Untranslatable('possessive quantifiers have no equivalent in PostgreSQL');
  }
  if ([exactly, from, to].some((bound) => Number(bound ?? 0) > MOST_REPEATS)) {
    throw new Untranslatable(`PostgreSQL repeats at most ${MOST_REPEATS} times`);
  }
  return [taken, exactly === undefined ? `{${from === '' ? '0' : (from ?? '0')},${to ?? ''}}` : `{${exactly}}`];
}
