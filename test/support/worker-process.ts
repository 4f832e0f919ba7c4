import { type RunningCommand, startCommand } from './command-line';
import { eventually } from './eventually';

/** Starts `pgferry worker` for the connectors of a file, and waits until it takes work; later options win. */
export function startWorkerProcess(file: string, ...options: readonly string[]): Promise<RunningCommand> {
  return untilItPolls(startCommand(['worker', '--log-level', 'error', '-c', file, ...options]));
}

/** The same with all its news, and with its traces sent to an address. */
export function startTracedWorker(file: string, endpoint: string): Promise<RunningCommand> {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '200' };
  return untilItPolls(startCommand(['worker', '-c', file], environment));
}

/** Waits until a worker polls. */
export async function untilItPolls(worker: RunningCommand): Promise<RunningCommand> {
  await eventually('the worker polls', () => {
    if (worker.child.exitCode !== null) throw new Error(`the worker ended: ${worker.stderr()}`);
    return worker.stderr().includes('Worker polls');
  });
  return worker;
}

/** Ends a command as Ctrl-C does, and waits for its end. */
export async function stopCommand({ child, finished }: RunningCommand): Promise<void> {
  child.kill('SIGINT');
  await finished;
}
