import { Command, InvalidArgumentError } from 'commander';

import { readStackStatus, startDetachedStack, stopDetachedStack } from '../stack/detached-stack';
import { runStackInForeground } from '../stack/run-stack';
import {
  STACK_SERVERS,
  type StackAddresses,
  stackEnvironment,
  type StackServer,
} from '../stack/servers/stack-addresses';
import type { StackOptions } from '../stack/start-stack';

interface UpOptions {
  readonly json?: true;
  readonly detach?: true;
  readonly data?: string;
  readonly only?: readonly StackServer[];
  readonly heap?: string;
}

/** `pgferry stack up|down|status`: real PostgreSQL, Elasticsearch and Temporal on this machine, without Docker. */
export function stackCommand(): Command {
  const command = new Command('stack').description(
    'PostgreSQL, Elasticsearch and Temporal on this machine, without Docker',
  );
  command
    .command('up')
    .description('start the servers and keep them running until Ctrl-C')
    .option('--json', 'print the addresses as one JSON document')
    .option('--detach', 'leave them running in the background')
    .option('--data <dir>', 'keep their data in this folder (default: temporary)')
    .option('--only <servers>', `some of ${STACK_SERVERS.join(',')}`, parseServers)
    .option('--heap <size>', 'memory of Elasticsearch', '512m')
    .action(startServers);
  command.command('down').description('stop the servers left running by --detach').action(stopServers);
  command
    .command('status')
    .description('tell where the servers left running by --detach answer')
    .option('--json', 'print one JSON document')
    .action(showStatus);
  return command;
}

async function startServers(options: UpOptions): Promise<void> {
  const stackOptions: StackOptions = {
    log: printLine,
    ...(options.data === undefined ? {} : { dataDir: options.data }),
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.heap === undefined ? {} : { elasticsearchHeap: options.heap }),
  };
  if (options.detach === true) {
    printAddresses(await startDetachedStack(stackOptions), options.json);
    printLine('running in the background; pgferry stack down stops it');
    return;
  }
  await runStackInForeground(stackOptions, ({ addresses }) => {
    printAddresses(addresses, options.json);
    printLine('ready; Ctrl-C stops it');
  });
  process.exit(130);
}

async function stopServers(): Promise<void> {
  printLine((await stopDetachedStack()) ? 'stopped' : 'no stack runs in the background');
}

async function showStatus({ json }: { readonly json?: true }): Promise<void> {
  const { addresses, answering } = await readStackStatus();
  if (json === true) process.stdout.write(`${JSON.stringify(addresses)}\n`);
  if (addresses === null) printLine('no stack runs in the background');
  else if (json !== true) printAddresses(addresses);
  const silent = Object.entries(answering).filter(([, answers]) => !answers);
  for (const [server] of silent) printLine(`${server} does not answer`);
  if (addresses === null || silent.length > 0) process.exitCode = 1;
}

function printAddresses(addresses: StackAddresses, json?: true): void {
  if (json === true) {
    process.stdout.write(`${JSON.stringify(addresses)}\n`);
    return;
  }
  for (const [name, value] of Object.entries(stackEnvironment(addresses))) printLine(`export ${name}=${value}`);
  if (addresses.temporal?.ui_url !== undefined) printLine(`# Temporal UI: ${addresses.temporal.ui_url}`);
}

function printLine(line: string): void {
  process.stderr.write(`${line}\n`);
}

function parseServers(text: string): readonly StackServer[] {
  return text.split(',').map((name) => {
    const server = STACK_SERVERS.find((known) => known === name.trim());
    if (server === undefined) throw new InvalidArgumentError(`It is a comma list of ${STACK_SERVERS.join(', ')}.`);
    return server;
  });
}
