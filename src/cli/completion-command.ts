import { Argument, Command } from 'commander';

import { renderCompletion, type Shell, SHELLS } from './output/render-completion';

/** `pgferry completion SHELL`: a script for the shell, written from the commands themselves. */
export function completionCommand(): Command {
  const command = new Command('completion')
    .description('print a script that completes commands and options in a shell: source <(pgferry completion bash)')
    .addArgument(new Argument('<shell>').choices(SHELLS));
  return command.action((shell: Shell) => {
    process.stdout.write(renderCompletion(command.parent ?? command, shell));
  });
}
