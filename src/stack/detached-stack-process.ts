import type { DetachedReport } from './detached-stack';
import { runStackInForeground } from './run-stack';
import type { StackOptions } from './start-stack';

/** The process behind `pgferry stack up --detach`: one argument, the options as JSON. */
async function runDetachedStack(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as StackOptions;
  let launched = false;
  // Whoever gives up waiting for the servers takes them along.
  process.once('disconnect', () => {
    if (!launched) process.exit(1);
  });
  const log = (line: string) => {
    tell({ line });
  };
  await runStackInForeground({ ...options, log }, ({ addresses }) => {
    launched = true;
    tell({ addresses });
  });
}

function tell(report: DetachedReport): void {
  if (process.connected) process.send?.(report);
}

runDetachedStack().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
