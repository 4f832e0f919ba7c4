import type { Command } from 'commander';

/** Shells that completions are written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** What can follow a path of commands: `schedule` → its own commands and options. */
interface Completion {
  readonly path: string;
  readonly words: readonly string[];
}

/** A script that makes a shell complete commands and options, from what `--help` is made of. */
export function renderCompletion(program: Command, shell: Shell): string {
  const completions = collect(program, '');
  if (shell === 'fish') return renderFish(completions);
  const bash = renderBash(completions);
  return shell === 'bash' ? bash : `#compdef pgferry\nautoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

function collect(command: Command, path: string): Completion[] {
  const help = command.createHelp();
  const options = help.visibleOptions(command).flatMap(({ long }) => (typeof long === 'string' ? [long] : []));
  const commands = help.visibleCommands(command).map((each) => each.name());
  const below = command.commands.flatMap((each) => collect(each, `${path} ${each.name()}`.trim()));
  return [{ path, words: [...commands, ...options] }, ...below];
}

/** Where no word fits, files do: `-c FILE`. */
function renderBash(completions: readonly Completion[]): string {
  const cases = completions.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`);
  return `_pgferry() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${completions
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      '${path.includes(' ') ? '' : ' '}${path}') path='${path}' ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _pgferry pgferry
`;
}

function renderFish(completions: readonly Completion[]): string {
  const lines = completions.flatMap(({ path, words }) => words.map((word) => renderFishLine(path, word)));
  return `${lines.join('\n')}\n`;
}

function renderFishLine(path: string, word: string): string {
  const seen = path.split(' ').filter((part) => part !== '');
  const condition =
    seen.length === 0
      ? '__fish_use_subcommand'
      : seen.map((part) => `__fish_seen_subcommand_from ${part}`).join('; and ');
  const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`;
  return `complete -c pgferry -n '${condition}' ${what}`;
}
