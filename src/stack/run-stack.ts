import { type Stack, type StackOptions, startStack } from './start-stack';

/** Signals that end a stack in the foreground. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a stack until this process is told to end, and stops it then. A start that is under way is left to the
 * supervisors, which stop everything as soon as the caller lets this process end.
 *
 * @param onReady - Called once, when all servers answer.
 * @returns the signal
 */
export async function runStackInForeground(
  options: StackOptions,
  onReady: (stack: Stack) => void | Promise<void>,
): Promise<NodeJS.Signals> {
  const told = awaitSignal();
  const stack = await Promise.race([startStack(options), told]);
  if (typeof stack === 'string') return stack;
  try {
    await onReady(stack);
    return await told;
  } finally {
    await stack.stop();
  }
}

function awaitSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ENDING_SIGNALS) process.once(signal, resolve);
  });
}
