import type { Command } from 'commander';

/** The manual page of the command line, in the language of man(7), from what `--help` is made of. */
export function renderManualPage(program: Command): string {
  return [
    '.\\" Written by `npm run docs` from the commands in src/cli.',
    '.TH PGFERRY 1',
    '.SH NAME',
    `pgferry \\- ${escape(program.description())}`,
    '.SH SYNOPSIS',
    '.B pgferry',
    '.I command',
    '[options]',
    '.SH COMMANDS',
    ...leavesOf(program).flatMap(({ path, command }) => renderCommand(path, command)),
    '.SH ENVIRONMENT',
    '.TP',
    '.B PGFERRY_CONFIG',
    'The configuration file, where no \\-c names one.',
    '.SH EXIT STATUS',
    '0: done; 1: failed; 2: wrong usage or configuration; 130: interrupted.',
    '.SH FILES',
    '.TP',
    '.I pgferry.yml',
    'The configuration; pgferry init writes one.',
    '',
  ].join('\n');
}

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

/** Commands that do something: `schedule apply`, and not `schedule`. */
function leavesOf(command: Command, path = ''): Leaf[] {
  return command.commands.flatMap((below) => {
    const name = `${path} ${below.name()}`.trim();
    return below.commands.length === 0 ? [{ path: name, command: below }] : leavesOf(below, name);
  });
}

function renderCommand(path: string, command: Command): string[] {
  const help = command.createHelp();
  const entries = [
    ...help.visibleArguments(command).map((each) => [help.argumentTerm(each), help.argumentDescription(each)] as const),
    ...help.visibleOptions(command).map((each) => [help.optionTerm(each), help.optionDescription(each)] as const),
  ];
  const shown = entries.filter(([term]) => !term.includes('--help'));
  const lines = shown.flatMap(([term, description]) => ['.TP', `.B ${escape(term)}`, escape(description)]);
  return [`.SS pgferry ${escape(path)}`, escape(command.description()), ...lines];
}

/** A dot or a quote at the beginning of a line would be a request. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/u, '\\&');
}
