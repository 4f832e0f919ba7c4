import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { eventually } from './eventually';
import { PYTHON } from './python-packages';

const PGFERRY = join(__dirname, '..', '..', 'bin', 'pgferry.js');

/** Keys as a terminal sends them. */
export const KEYS = { enter: '\r', space: ' ', right: '\u001b[C', down: '\u001b[B', interrupt: '\u0003' } as const;

/** A command that a person runs in a terminal. */
export interface TerminalSession {
  /** Waits until these words are on the screen, after those of the last answer, and presses keys. */
  readonly answer: (words: string, keys: string) => Promise<void>;
  /** All that was on the screen, without colours. */
  readonly screen: () => string;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  /** Closes the window, whatever runs in it. */
  readonly close: () => void;
}

/** Gives a command a terminal: standard input, output and error of it. */
const RUN_IN_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
/** A new terminal has no width. */
const WITH_A_SIZE = ['sh', '-c', 'stty cols 120 rows 60; exec "$@"', 'sh'];

export function startInTerminal(args: readonly string[]): TerminalSession {
  const child = spawn(PYTHON, ['-c', RUN_IN_TERMINAL, ...WITH_A_SIZE, process.execPath, PGFERRY, ...args], {
    cwd: tmpdir(),
    env: { ...process.env, TERM: 'xterm-256color', CI: undefined },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let answeredAt = 0;
  child.stdout.setEncoding('utf8').on('data', (part: string) => (screen += stripVTControlCharacters(part)));
  return {
    answer: async (words, keys) => {
      await eventually(`the screen says "${words}": ${screen.slice(answeredAt)}`, () =>
        screen.slice(answeredAt).includes(words),
      );
      answeredAt = screen.indexOf(words, answeredAt) + words.length;
      child.stdin.write(keys);
    },
    screen: () => screen,
    ended: once(child, 'close').then(([code]) => code as number | null),
    close: () => void child.kill('SIGHUP'),
  };
}
