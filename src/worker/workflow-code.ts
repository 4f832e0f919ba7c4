import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerOptions } from '@temporalio/worker';

import { ENCODED_FAILURES_PATH } from '../payloads/data-converter';

/** A variant of the bundled workflow code. */
export interface WorkflowVariant {
  /** With the interceptors that pass traces through workflows: they cost something, so only on demand. */
  readonly isTraced: boolean;
  /** With failures whose messages are encrypted. */
  readonly isEncrypted: boolean;
}

/** All of them. */
export const VARIANTS: readonly WorkflowVariant[] = [false, true].flatMap((isTraced) =>
  [false, true].map((isEncrypted) => ({ isTraced, isEncrypted })),
);

/** Sources of the bundle of workflow code, and its name. */
export interface WorkflowSources {
  readonly workflowsPath: string;
  readonly workflowInterceptorModules: string[];
  readonly failureConverterPath?: string;
  readonly bundleName: string;
}

export function workflowSources({ isTraced, isEncrypted }: WorkflowVariant): WorkflowSources {
  return {
    workflowsPath: require.resolve('../workflows'),
    workflowInterceptorModules: isTraced
      ? [require.resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors')]
      : [],
    ...(isEncrypted ? { failureConverterPath: ENCODED_FAILURES_PATH } : {}),
    bundleName: `workflow-bundle${isTraced ? '-traced' : ''}${isEncrypted ? '-encrypted' : ''}.js`,
  };
}

/** The bundle that the build makes, since bundling takes seconds; else, as under tests, the code itself. */
export function workflowCode(variant: WorkflowVariant): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const { workflowsPath, bundleName } = workflowSources(variant);
  const codePath = join(__dirname, '..', bundleName);
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath };
}
