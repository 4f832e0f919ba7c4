import { secretPattern } from './secret-pattern';

const BLOT = '***';

const kept = new Set<string>();
let pattern: RegExp | undefined;

/**
 * Blots secrets out of whatever this process writes from now on. They stay kept when others take their place: what began
 * with them may still tell of them.
 */
export function keepSecrets(secrets: readonly string[]): void {
  for (const secret of secrets) kept.add(secret);
  pattern = secretPattern([...kept]);
}

/** A text with `***` for each secret that is kept. */
export function blotSecrets(text: string): string {
  return pattern === undefined ? text : text.replace(pattern, BLOT);
}

/** A value as JSON, its texts without secrets. Keys are names of our own. */
export function blottedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? blotSecrets(part) : part));
}

/** The same for a line of JSON that is written already, which stays as it is where it holds none. */
export function blotJsonLine(line: string): string {
  return blotSecrets(line) === line ? line : `${blottedJson(JSON.parse(line))}\n`;
}
