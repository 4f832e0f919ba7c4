import { join } from 'node:path';
import { Command } from 'commander';

import { PACKAGE_ROOT } from '../installation/package-root';
import { readManifest } from '../installation/read-manifest';
import { checkCommand } from './check-command';
import { codecServerCommand } from './codec-server-command';
import { completionCommand } from './completion-command';
import { connectorsCommand } from './connectors-command';
import { demoCommand } from './demo-command';
import { followCommand } from './follow-command';
import { initCommand } from './init-command';
import { jobsCommand } from './jobs-command';
import { reportError } from './output/report-error';
import { planCommand } from './plan-command';
import { rejectedCommand } from './rejected-command';
import { scheduleCommand } from './schedule-command';
import { slimCommand } from './slim-command';
import { stackCommand } from './stack-command';
import { syncCommand } from './sync-command';
import { downCommand, upCommand } from './up-command';
import { verifyCommand } from './verify-command';
import { workerCommand } from './worker-command';

/** The command line: each command is a file of its own. */
export function createProgram(): Command {
  const program = new Command('pgferry')
    .description('keeps Elasticsearch indices in step with PostgreSQL, as a durable pipeline on Temporal')
    .version(readManifest().version)
    .addHelpText('after', `\nManual: ${join(PACKAGE_ROOT, 'docs')}`);
  const commands = [
    demoCommand(),
    initCommand(),
    checkCommand(),
    planCommand(),
    syncCommand(),
    followCommand(),
    verifyCommand(),
    rejectedCommand(),
    upCommand(),
    downCommand(),
    workerCommand(),
    connectorsCommand(),
    jobsCommand(),
    scheduleCommand(),
    codecServerCommand(),
    stackCommand(),
    slimCommand(),
    completionCommand(),
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
