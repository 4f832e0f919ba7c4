/** Shorter secrets are words that texts are full of: to blot them out would spoil the log, and its holes would tell them. */
const SHORTEST = 4;
/** From this length on a secret is blotted out within a longer word as well. */
const LONG = 16;
/** Characters of base64 below which it may be a part of anything. */
const SHORTEST_BASE64 = 6;

/** No letter or digit, but for the end of `%3A` or `\n`. */
const WORD_BEGINS = String.raw`(?<!(?<![%\\][0-9A-Fa-f]?)[\p{L}\p{N}])`;
const WORD_ENDS = String.raw`(?![\p{L}\p{N}])`;

/**
 * Finds secrets in a text, each of their lines by itself: as they are, as URLs and JSON spell them, and as base64,
 * whatever is encoded before and after them (`Authorization: Basic`).
 *
 * @returns undefined where there is nothing to find
 */
export function secretPattern(secrets: readonly string[]): RegExp | undefined {
  const lines = secrets.flatMap((secret) => secret.split(/[\r\n]+/u)).filter(isTelling);
  // The longest first: one that holds another is found whole.
  const longestFirst = [...new Set(lines)].sort((a, b) => b.length - a.length);
  const spellings = longestFirst.flatMap((line) => [spellPlain(line), ...spellBase64(line)]);
  return spellings.length === 0 ? undefined : new RegExp(spellings.join('|'), 'gu');
}

function isTelling(line: string): boolean {
  return line.trim().length >= SHORTEST && !/^-----(?:BEGIN|END) /u.test(line);
}

function spellPlain(secret: string): string {
  const characters = secret.replaceAll(/[^A-Za-z0-9]/gu, spellCharacter);
  if (secret.length >= LONG) return characters;
  const begins = /^[\p{L}\p{N}]/u.test(secret) ? WORD_BEGINS : '';
  return `${begins}${characters}${/[\p{L}\p{N}]$/u.test(secret) ? WORD_ENDS : ''}`;
}

function spellCharacter(character: string): string {
  const bytes = [...Buffer.from(character)].map((byte) => byte.toString(16).padStart(2, '0'));
  const percent = bytes.map((hex) => `%${hex.replaceAll(/[a-f]/gu, (digit) => `[${digit}${digit.toUpperCase()}]`)}`);
  const json = JSON.stringify(character).slice(1, -1);
  const form = character === ' ' ? ['+'] : [];
  // The shortest last: `%25` begins with what it stands for.
  return `(?:${[percent.join(''), ...[json, ...form, character].map(escapePattern)].join('|')})`;
}

/** At each of the three places in a group of base64 where a secret can begin: the characters that it decides alone. */
function spellBase64(secret: string): string[] {
  return [0, 1, 2]
    .map((before) => {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
      return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    })
    .filter((core) => core.length >= SHORTEST_BASE64)
    .map((core) => core.replaceAll('+', '[+-]').replaceAll('/', '[/_]'));
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}
