import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { PACKAGE_ROOT } from '../../src/installation/package-root';

/** What became of the tests against one server. */
export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  /** Names of the failed tests, and what their files failed with. */
  readonly failures: readonly string[];
}

interface JestResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * Runs test files by jest in a process of its own, with the environment as it is.
 * @param filters - of jest: paths, or `--testMatch` for what `npm test` does not run
 * @param node - the Node.js that runs them, and all that they start
 */
export async function runTests(filters: readonly string[], node = process.execPath): Promise<TestTotals> {
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'pgferry-matrix-'));
  const outputFile = join(folder, 'result.json');
  const jest = join(PACKAGE_ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--maxWorkers=1', '--silent', '--forceExit', '--json', `--outputFile=${outputFile}`];
  try {
    const child = spawn(node, [jest, ...filters, ...options], {
      cwd: PACKAGE_ROOT,
      env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(child, 'exit');
    const result = JSON.parse(await readFile(outputFile, 'utf8')) as JestResult;
    return {
      passed: result.numPassedTests,
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests,
      seconds: Math.round((performance.now() - started) / 1_000),
      failures: result.testResults.flatMap(describeFailures),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The totals of two runs. */
export function addTotals(a: TestTotals, b: TestTotals): TestTotals {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    seconds: a.seconds + b.seconds,
    failures: [...a.failures, ...b.failures],
  };
}

function describeFailures({ name, message, status, assertionResults }: JestResult['testResults'][number]): string[] {
  if (status !== 'failed') return [];
  const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
  return failed.length > 0 ? failed : [`${name}: ${message}`];
}
