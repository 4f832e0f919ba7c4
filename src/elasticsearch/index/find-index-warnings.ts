import type { Client } from '@elastic/elasticsearch';

import type { IndexContent, SettingValue } from '../blueprint/index-content';
import { describeIndex } from './describe-index';
import { concreteIndexName } from './index-names';
import { readTemplate } from './read-template';

/** Something about an index that keeps no sync from working today. */
export interface IndexWarning {
  readonly message: string;
  readonly remedy: string;
}

/** Looks for settings of the index, or of the templates that it will be made from, by which syncs will fail one day. */
export async function findIndexWarnings(client: Client, indexName: string): Promise<IndexWarning[]> {
  const index = await describeIndex(client, indexName);
  if (index !== undefined) return warnOfRollover(`the index ${index.concrete}`, index.content);
  const template = await readTemplate(client, concreteIndexName(indexName, 'check'));
  return template === undefined ? [] : warnOfRollover(`an index template for ${indexName}`, template);
}

const ROLLOVER_ALIASES = [
  'index.lifecycle.rollover_alias',
  'index.plugins.index_state_management.rollover_alias',
  'index.opendistro.index_state_management.rollover_alias',
] as const;

/** A rollover puts the alias on a new, empty index: every sync from then on ends with `DestinationChanged`. */
export function warnOfRollover(where: string, { settings }: Pick<IndexContent, 'settings'>): IndexWarning[] {
  return ROLLOVER_ALIASES.flatMap((name) => {
    const alias: SettingValue | undefined = settings[name];
    if (typeof alias !== 'string' || alias === '') return [];
    return [
      {
        message:
          `Elasticsearch: ${where} sets ${name} to ${alias}; once that alias is rolled over, syncs end with ` +
          `DestinationChanged`,
        remedy:
          `Set ${name} to null, or exempt the index from the policy: what pgferry writes has to stay in one ` +
          `index.`,
      },
    ];
  });
}
