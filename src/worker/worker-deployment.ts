import type { WorkerDeploymentOptions } from '@temporalio/worker';

/** A worker's version within a deployment, for Temporal's worker versioning. */
export interface WorkerDeployment {
  readonly name: string;
  readonly buildId: string;
}

/**
 * Syncs stay with the version that they began on: its workers are needed until the last of them has ended. A version
 * gets no work before it is made the current one: `temporal worker deployment set-current-version`.
 * @see https://docs.temporal.io/production-deployment/worker-deployments/worker-versioning
 */
export function toDeploymentOptions({ name, buildId }: WorkerDeployment): WorkerDeploymentOptions {
  return {
    version: { deploymentName: name, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  };
}
