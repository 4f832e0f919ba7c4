import type { FinishedCommand } from './command-line';

/** What no message may hold: stack traces, log lines, the insides of JavaScript. */
const NOISE =
  /^\s+at \S+ \(?\S*:\d+|node:internal|node_modules|\[object |undefined|"level":|\bINFO\b|\bWARN\b|\bERROR\b/mu;

/**
 * Expects that a command failed with one message for people which names what is wrong and, behind an arrow, the remedy,
 * and shows none of the secrets.
 */
export function expectClearMessage(
  { code, stdout, stderr }: FinishedCommand,
  expected: {
    readonly code: number;
    readonly names: readonly (string | RegExp)[];
    readonly secrets?: readonly string[];
  },
): void {
  const output = `${stdout}${stderr}`;
  expect(output).not.toMatch(NOISE);
  for (const secret of expected.secrets ?? []) expect(output).not.toContain(secret);
  for (const name of expected.names) expect(output).toMatch(name);
  expect(countRemedies(stdout, stderr)).toBe(1);
  expect(code).toBe(expected.code);
}

function countRemedies(stdout: string, stderr: string): number {
  const document = stdout.startsWith('{') ? (JSON.parse(stdout) as { error?: { remedy?: string } }) : {};
  // Notes say meanwhile what a sync waits for.
  const message = stderr.replaceAll(/^note .*$/gmu, '');
  return message.match(/→/gu)?.length ?? ((document.error?.remedy ?? '') === '' ? 0 : 1);
}
