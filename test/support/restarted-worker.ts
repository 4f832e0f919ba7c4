import { type RunningCommand, startCommand } from './command-line';
import { eventually } from './eventually';

/** The worker process of a soak, which dies and comes back. */
export interface Worker {
  /** Starts it until it polls: as an orchestrator does, again and again. */
  readonly start: () => Promise<void>;
  /** Ends it as a crash does. */
  readonly kill: () => Promise<void>;
  /** Tells it to end, as an orchestrator does, and waits until it has. */
  readonly stop: () => Promise<void>;
  readonly isAlive: () => boolean;
  readonly pid: () => number | undefined;
  /** What all processes so far have written. */
  readonly output: () => string;
}

/** @param environment - what the configuration file takes from the environment */
export function createWorker(file: string, environment: Readonly<Record<string, string>>): Worker {
  let running: RunningCommand | undefined;
  let output = '';
  const end = async (signal: NodeJS.Signals) => {
    if (running === undefined) return;
    const { child, finished } = running;
    running = undefined;
    child.kill(signal);
    output += (await finished).stderr;
  };
  return {
    start: async () => {
      await eventually('a worker polls', async () => {
        const command = startCommand(['worker', '--log-level', 'warn', '-c', file], environment);
        const isPolling = await eventuallyPolls(command);
        if (isPolling) running = command;
        else output += command.stderr();
        return isPolling;
      });
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    isAlive: () => running !== undefined && hasNotEnded(running),
    pid: () => running?.child.pid,
    output: () => output + (running?.stderr() ?? ''),
  };
}

async function eventuallyPolls(command: RunningCommand): Promise<boolean> {
  const polls = () => command.stderr().includes('Worker polls');
  await eventually('the worker polls or ends', () => polls() || !hasNotEnded(command));
  return polls() && hasNotEnded(command);
}

function hasNotEnded({ child }: RunningCommand): boolean {
  return child.exitCode === null && child.signalCode === null;
}
