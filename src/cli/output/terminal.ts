import pc from 'picocolors';

import { blotSecrets, blottedJson } from '../../logging/blot-secrets';
import { escapeControls } from '../../logging/escape-controls';

/**
 * The voice of a command: one JSON document on standard output where asked for, everything else on standard error; without
 * the secrets of its configuration.
 */
export interface Terminal {
  /** Whether `--json` was given: then people's output is left out. */
  readonly json: boolean;
  /** A line for people. */
  readonly say: (line?: string) => void;
  /** A line about what goes on that programs may want to log: on standard error, with `--json` as well. */
  readonly warn: (line: string) => void;
  /** The command's result: printed as JSON where asked for, else as `text` says it. */
  readonly result: (document: unknown, text: () => string) => void;
}

export function createTerminal(json: boolean): Terminal {
  const write = (line: string) => {
    process.stderr.write(`${escapeControls(blotSecrets(line))}\n`);
  };
  return {
    json,
    say: (line = '') => {
      if (!json) write(line);
    },
    warn: write,
    result: (document, text) => {
      if (json) process.stdout.write(`${blottedJson(document)}\n`);
      else write(text());
    },
  };
}

// People read standard error: its terminal decides, whatever standard output is, and a build server's log has none.
const colors = pc.createColors(process.stderr.isTTY && process.stderr.hasColors());

export const { bold, dim, green, red, yellow } = colors;
