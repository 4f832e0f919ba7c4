import type { Client } from '@elastic/elasticsearch';

import { SyncFailure } from '../../sync/failures';
import { idSchemeIn, NO_STATE } from '../../sync/index-state';
import type { Standing } from '../../sync/job';
import { countForeignDocuments } from '../documents/scan-owners';
import { describeIndex, type IndexDescription } from '../index/describe-index';
import { refreshIndex } from '../index/refresh-index';

/** An index that is to be replaced. */
export interface Replaceable extends Pick<IndexDescription, 'name' | 'concrete' | 'viaAlias'> {
  readonly connectorId: string;
  /** What its name stands for afterwards. Absent: an alias as before. */
  readonly as?: Standing | undefined;
}

/**
 * Makes sure that a rebuilt index can take the place of the one that serves without loss: somebody has to have chosen
 * what becomes of its name if that is no alias, and all its documents have to be the connector's own. Whose they are,
 * every id tells: fields can be copied.
 *
 * @throws SyncFailure `InvalidConfig`
 */
export async function requireReplaceable(client: Client, replaceable: Replaceable): Promise<void> {
  const { name, concrete, viaAlias, connectorId, as } = replaceable;
  if (!viaAlias && as === undefined) throw asksForChoice(name, connectorId);
  await refreshIndex(client, concrete);
  const state = (await describeIndex(client, concrete))?.state ?? NO_STATE;
  const foreign = await countForeignDocuments(client, concrete, idSchemeIn(state, connectorId));
  if (foreign === 0) return;
  throw new SyncFailure(
    'InvalidConfig',
    `The index ${name} holds ${foreign} ${foreign === 1 ? 'document' : 'documents'} that connector ` +
      `${connectorId} did not write: a rebuild would lose them.`,
    'Sync into an index_name of its own, or delete those documents first.',
  );
}

/**
 * Makes sure that nothing is lost where an alias becomes an index, which has neither filter nor routing.
 * @throws SyncFailure `InvalidConfig`
 */
export function requirePlainName({ name, content }: IndexDescription, as: Standing | undefined): void {
  const { filter, index_routing: routing, search_routing: searchRouting } = content.aliases[name] ?? {};
  if (as !== 'index' || [filter, routing, searchRouting].every((part) => part === undefined)) return;
  throw new SyncFailure(
    'InvalidConfig',
    `The alias ${name} has a filter, or a routing, which an index of that name can't have.`,
    'Rebuild with --rebuild-as alias; or give the alias another name, beside a plain one.',
  );
}

function asksForChoice(name: string, connectorId: string): SyncFailure {
  const command = `pgferry sync ${connectorId} --rebuild-as`;
  return new SyncFailure(
    'InvalidConfig',
    `index_name "${name}" is an index, not an alias, so a rebuild has to delete it: say what takes its place.`,
    `\`${command} index\`: an index of that name again, but for about a second before it there is none, and searches ` +
      `fail. \`${command} alias\`: no search fails, but ${name} is an alias from then on, and Kibana says of its ` +
      'connector that the attached index does not exist.',
  );
}
