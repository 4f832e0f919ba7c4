import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';

const ROOT = join(__dirname, '..', '..');

/** Pages that tell people what to run, by their paths in the tree. */
export function listPages(): string[] {
  const below = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name));
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...below('docs'), ...below('examples')];
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The shell blocks of a page. */
export function readShellBlocks(text: string): string[] {
  return [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
}

/** The command lines of pgferry that a page has, in its shell blocks and within its sentences. */
export function readCommands(text: string): string[] {
  const inBlocks = readShellBlocks(text).flatMap((block) => [
    ...block.matchAll(/(?<!--[a-z-]+ )(?:bin\/pgferry\.js|\bpgferry) ([a-z-][^#|&)>\n]*)/g),
  ]);
  const inSentences = text.matchAll(/`(?:node bin\/)?pgferry(?:\.js)? ([a-z-][^`]*)`/g);
  return [...inBlocks, ...inSentences].map(([, words = '']) => words.replaceAll(/\s+/g, ' ').replace(/ 2$/, '').trim());
}

/**
 * What of the command line a command uses: its name, as `jobs list`, and with each option, as `jobs list --since`.
 *
 * @throws Error for a command or an option that there is not
 */
export function readForms(program: Command, commandLine: string): string[] {
  const words = commandLine
    .replaceAll(/[[\]…]/gu, ' ')
    .split(' ')
    .filter((word) => word !== '');
  let command = program;
  let path: readonly string[] = [];
  for (const word of words) {
    const found = command.commands.find((candidate) => candidate.name() === word);
    if (found === undefined) break;
    [command, path] = [found, [...path, word]];
  }
  const [first = ''] = words;
  if (path.length === 0 && !first.startsWith('-')) throw new Error(`there is no command "${commandLine}"`);
  const options = words.filter((word) => /^-+[a-z]/iu.test(word)).map((word) => longName(command, word, commandLine));
  return [path.join(' '), ...options.map((option) => [...path, option].join(' '))];
}

function longName(command: Command, word: string, commandLine: string): string {
  const [name = ''] = word.split('=');
  const found = command.options.find(({ short, long }) => name === short || name === long);
  if (found !== undefined) return found.long ?? name;
  if (['--help', '-h'].includes(name)) return '--help';
  throw new Error(`"${commandLine}": there is no option ${name}`);
}

/** Names of all commands that do something, as `jobs list`. */
export function listCommands(program: Command, path: readonly string[] = []): string[] {
  return program.commands.flatMap((command) => {
    const name = [...path, command.name()];
    return command.commands.length > 0 ? listCommands(command, name) : [name.join(' ')];
  });
}
