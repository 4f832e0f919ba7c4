import { execFileSync } from 'node:child_process';

import { createProgram } from '../../../../src/cli/main';
import { renderCompletion } from '../../../../src/cli/output/render-completion';

/** What bash offers for the last of some words. */
function complete(...words: readonly string[]): string[] {
  const script = `${renderCompletion(createProgram(), 'bash')}
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pgferry; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  return output.split('\n').filter((line) => line !== '');
}

describe('completions in bash', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['pgferry', 'sy'], ['sync']],
    [
      ['pgferry', 'sync', '--re'],
      ['--rebuild', '--rebuild-as'],
    ],
    [['pgferry', 'schedule', 'tr'], ['trigger']],
    [['pgferry', 'schedule', 'pause', '--n'], ['--note']],
    [['pgferry', 'jobs', 'show', '--f'], ['--follow']],
    [['pgferry', 'sync', 'shop', '--inc'], ['--incremental']],
    [['pgferry', 'sync', 'sy'], []],
  ])('offer for %j: %j', (words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });
});

test('fish is told of every command and option', () => {
  const script = renderCompletion(createProgram(), 'fish');
  expect(script).toContain("complete -c pgferry -n '__fish_use_subcommand' -f -a verify\n");
  const ofPause = '__fish_seen_subcommand_from schedule; and __fish_seen_subcommand_from pause';
  expect(script).toContain(`complete -c pgferry -n '${ofPause}' -l note\n`);
});
