import { setTimeout as sleep } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';

import { SEARCH_ATTRIBUTES } from '../sync/wire/search-attributes';

/** Temporal's number for the type: `INDEXED_VALUE_TYPE_KEYWORD`. */
const KEYWORD = 2;
/** gRPC's code when another worker was quicker. */
const ALREADY_EXISTS = 6;

/**
 * Registers the search attributes of syncs in a namespace, where they are not yet.
 * @returns whether all of them can be set: a workflow that sets one that is unknown, or of another type, fails its task
 * for ever, so without permission to list or register them none is set
 */
export async function registerSearchAttributes(connection: NativeConnection, namespace: string): Promise<boolean> {
  const { operatorService } = connection;
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter(({ name }) => customAttributes[name] === undefined);
    const isForeign = SEARCH_ATTRIBUTES.some(({ name }) => (customAttributes[name] ?? KEYWORD) !== KEYWORD);
    if (isForeign) return false;
    if (missing.length === 0) return true;
    const searchAttributes = Object.fromEntries(missing.map(({ name }) => [name, KEYWORD]));
    await operatorService.addSearchAttributes({ namespace, searchAttributes }).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS)) throw error;
    });
    return await areKnown(connection, namespace);
  } catch {
    return false;
  }
}

/** The servers learn of new attributes after a while; a query that names one fails until then. */
async function areKnown({ workflowService }: NativeConnection, namespace: string): Promise<boolean> {
  const query = SEARCH_ATTRIBUTES.map(({ name }) => `${name} = ''`).join(' and ');
  for (const deadline = Date.now() + PROPAGATION_MS; Date.now() < deadline;) {
    const isKnown = await workflowService.countWorkflowExecutions({ namespace, query }).then(
      () => true,
      () => false,
    );
    if (isKnown) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

const PROPAGATION_MS = 30_000;
const LOOK_MS = 200;
