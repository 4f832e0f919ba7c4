import { readStackStatus, startDetachedStack, stopDetachedStack } from '../../stack/detached-stack';
import { runStackInForeground } from '../../stack/run-stack';
import { type StackAddresses, stackEnvironment, type StackServer } from '../../stack/servers/stack-addresses';
import type { StackOptions } from '../../stack/start-stack';
import { EXIT } from '../output/exit-codes';

/** Options of `pgferry stack up`. */
export interface UpOptions {
  readonly json?: true;
  readonly detach?: true;
  readonly data?: string;
  readonly only?: readonly StackServer[];
  readonly heap?: string;
}

/** Options of `pgferry stack status`. */
export interface StatusOptions {
  readonly json?: true;
}

/** `pgferry stack up` */
export async function startServers(options: UpOptions): Promise<void> {
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
  const signal = await runStackInForeground(stackOptions, ({ addresses }) => {
    printAddresses(addresses, options.json);
    printLine('ready; Ctrl-C stops it');
  });
  process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.done);
}

/** `pgferry stack down` */
export async function stopServers(): Promise<void> {
  printLine((await stopDetachedStack()) ? 'stopped' : 'no stack runs in the background');
}

/** `pgferry stack status` */
export async function showStatus({ json }: StatusOptions): Promise<void> {
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
