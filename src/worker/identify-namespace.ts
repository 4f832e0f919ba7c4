import type { NativeConnection } from '@temporalio/worker';

import type { TemporalSettings } from '../config/settings/settings';

/**
 * What tells a namespace from all others, also of servers that give it the same name: the id that Temporal gave it; where that is
 * not told, where it is.
 */
export async function identifyNamespace(
  { workflowService }: NativeConnection,
  { address, namespace }: TemporalSettings,
): Promise<string> {
  const place = `${namespace} at ${address}`;
  try {
    const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
    return namespaceInfo?.id ?? place;
  } catch {
    return place;
  }
}
