import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';

import { checkCommand } from './check-command';
import { codecServerCommand } from './codec-server-command';
import { connectorsCommand } from './connectors-command';
import { demoCommand } from './demo-command';
import { initCommand } from './init-command';
import { jobsCommand } from './jobs-command';
import { reportError } from './output/report-error';
import { planCommand } from './plan-command';
import { rejectedCommand } from './rejected-command';
import { scheduleCommand } from './schedule-command';
import { stackCommand } from './stack-command';
import { syncCommand } from './sync-command';
import { verifyCommand } from './verify-command';
import { workerCommand } from './worker-command';

/** As package.json says it, which lies beside `src` and `dist`. */
function readVersion(): string {
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** The command line: each command is a file of its own. */
export function createProgram(): Command {
  const program = new Command('pgferry')
    .description('keeps Elasticsearch indices in step with PostgreSQL, as a durable pipeline on Temporal')
    .version(readVersion());
  const commands = [
    demoCommand(),
    initCommand(),
    checkCommand(),
    planCommand(),
    syncCommand(),
    verifyCommand(),
    rejectedCommand(),
    workerCommand(),
    connectorsCommand(),
    jobsCommand(),
    scheduleCommand(),
    codecServerCommand(),
    stackCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  return program;
}

/** Runs the command line and sets the exit code: 0 done, 1 failed, 2 usage or configuration, 130 interrupted. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await exitOnUsageErrors(createProgram()).parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(error, args);
  }
}

/** Commander would exit by itself, with 1 for a wrong option, and say it in words of its own. */
function exitOnUsageErrors(command: Command): Command {
  command.exitOverride().configureOutput({ outputError: () => undefined });
  command.commands.forEach(exitOnUsageErrors);
  return command;
}
