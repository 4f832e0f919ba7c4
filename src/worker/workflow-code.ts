import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type WorkerOptions } from '@temporalio/worker';

/** What the workflow code is bundled from, and the name of the bundle. */
export interface WorkflowSources {
  readonly workflowsPath: string;
  readonly workflowInterceptorModules: string[];
  readonly bundleName: string;
}

/** @param isTraced with the interceptors that pass traces through workflows: they cost something, so only on demand */
export function workflowSources(isTraced: boolean): WorkflowSources {
  return {
    workflowsPath: require.resolve('../workflows'),
    workflowInterceptorModules: isTraced
      ? [require.resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors')]
      : [],
    bundleName: isTraced ? 'workflow-bundle-traced.js' : 'workflow-bundle.js',
  };
}

/** The bundle that the build makes, since bundling takes seconds; else, as under tests, the code itself. */
export function workflowCode(isTraced: boolean): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const { workflowsPath, bundleName } = workflowSources(isTraced);
  const codePath = join(__dirname, '..', bundleName);
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath };
}
