import { once } from 'node:events';

import { createLogger } from '../../logging/create-logger';
import { findSampleData } from '../../stack/sample-data/find-sample-data';
import { startStack } from '../../stack/start-stack';
import { installRuntime } from '../../worker/install-runtime';
import { startWorker } from '../../worker/start-worker';
import { demoSettings } from '../demo/demo-settings';
import { takeTour } from '../demo/take-tour';
import { bold, createTerminal } from '../output/terminal';

/** Options of `pgferry demo`. */
export interface DemoOptions {
  readonly once?: true;
}

/** `pgferry demo` */
export async function runDemo({ once: endsAtOnce }: DemoOptions): Promise<void> {
  const terminal = createTerminal(false);
  const stack = await startStack({ log: terminal.say, alsoNeeds: findSampleData });
  try {
    const settings = await demoSettings(stack.addresses);
    installRuntime({ logger: createLogger({ level: 'error' }), tellsSyncs: false });
    const worker = await startWorker(settings);
    try {
      process.exitCode = await takeTour(settings, stack.addresses, terminal);
      if (endsAtOnce === true || !process.stdin.isTTY) return;
      terminal.say(`\n${bold('The servers and the worker stay up; Ctrl-C ends them.')}`);
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    } finally {
      await worker.stop();
    }
  } finally {
    await stack.stop();
  }
}
