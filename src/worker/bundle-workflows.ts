import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { VARIANTS, workflowSources } from './workflow-code';

/** A step of the build: bundles the workflow code once in each of its variants, so that no worker has to when it starts. */
async function writeBundles(): Promise<void> {
  for (const variant of VARIANTS) {
    const { bundleName, ...sources } = workflowSources(variant);
    const { code } = await bundleWorkflowCode({ ...sources, logger: new DefaultLogger('WARN') });
    writeFileSync(join(__dirname, '..', bundleName), code);
  }
}

void writeBundles();
