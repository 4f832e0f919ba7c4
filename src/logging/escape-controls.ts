/** The sequences that pgferry itself colours text by: bold, dim, red, green, yellow, and their ends. */
const OWN_COLOUR = '\\u001b\\[(?:1|2|22|31|32|33|39)m';
/** Control characters but line ends; characters that nobody sees, or that turn the direction of all that follows. */
const HIDDEN =
  '[\\0-\\t\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]';
const UNSAFE = new RegExp(`(${OWN_COLOUR})|${HIDDEN}`, 'gu');

/** Names come from databases: a control sequence in one must not reach the terminal. Own colours and line ends may. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (found, colour?: string) => colour ?? escapeCharacter(found.charCodeAt(0)));
}

/** For what has one line: what looks like the next one may be a part of a name. */
export function escapeLine(text: string): string {
  return escapeControls(text).replaceAll('\n', '\\x0a');
}

function escapeCharacter(code: number): string {
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
