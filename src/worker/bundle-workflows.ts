import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { workflowSources } from './workflow-code';

/** A step of the build: bundles the workflow code once, plain and traced, so that no worker has to when it starts. */
async function writeBundles(): Promise<void> {
  for (const isTraced of [false, true]) {
    const { bundleName, ...sources } = workflowSources(isTraced);
    const { code } = await bundleWorkflowCode({ ...sources, logger: new DefaultLogger('WARN') });
    writeFileSync(join(__dirname, '..', bundleName), code);
  }
}

void writeBundles();
