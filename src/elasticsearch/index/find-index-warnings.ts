import { isDeepStrictEqual } from 'node:util';
import type { Client } from '@elastic/elasticsearch';

import type { IndexContent, LostValue, SettingValue } from '../blueprint/index-content';
import { describeLost } from './describe-design';
import { concreteIndexName } from './index-names';
import { readTemplate } from './read-template';

/** Something about an index that keeps no sync from working today. */
export interface IndexWarning {
  readonly message: string;
  readonly remedy: string;
}

/** Fields that a template gives otherwise than the index will have them. */
export function warnOfLostFields(indexName: string, lost: readonly LostValue[]): IndexWarning[] {
  const fields = lost.filter(({ source, name }) => source === 'template' && name.startsWith('field '));
  if (fields.length === 0) return [];
  const list = fields.slice(0, MOST_FIELDS).map(describeLost).join('; ');
  const more = fields.length > MOST_FIELDS ? `; and ${fields.length - MOST_FIELDS} more` : '';
  return [
    {
      message: `Elasticsearch: ${indexName} will not have what an index template says: ${list}${more}`,
      remedy: 'Give these fields their mapping in documents.mapping, or take them out of the template.',
    },
  ];
}

const MOST_FIELDS = 5;

/**
 * Warns of a template whose pattern matches `index_name` alone: pgferry makes an index of a longer name, and an alias
 * `index_name` before it, which takes nothing from templates.
 */
export async function warnOfPatterns(client: Client, indexName: string): Promise<IndexWarning[]> {
  const concrete = concreteIndexName(indexName, 'check');
  const [ofName, ofIndex] = await Promise.all([readTemplate(client, indexName), readTemplate(client, concrete)]);
  if (ofName === undefined || isEmpty(ofName) || isDeepStrictEqual(ofName, ofIndex)) return [];
  return [
    {
      message:
        `Elasticsearch: an index template matches ${indexName} and not ${indexName}-*: the first will be an alias, ` +
        `and the index behind it has a longer name, so that it takes nothing from that template`,
      remedy: `Let its index_patterns match ${indexName}-* as well.`,
    },
  ];
}

function isEmpty({ settings, parameters, properties, aliases }: IndexContent): boolean {
  return Object.keys({ ...settings, ...parameters, ...properties, ...aliases }).length === 0;
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
