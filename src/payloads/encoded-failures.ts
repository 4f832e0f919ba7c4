import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts messages and stacks of failures into payloads, so that they are encrypted as well. It is loaded by its path, into
 * workflows too.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
