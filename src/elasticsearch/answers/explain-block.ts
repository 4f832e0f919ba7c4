import type { ErrorCause } from './error-summary';

/** A block on an index or on the whole cluster, as Elasticsearch's answer names it. */
export interface ExplainedBlock {
  /** `index [search-shop-1] blocked by: [FORBIDDEN/8/index write (api)]` */
  readonly says: string;
  /** Whether it is a person's to take off: others pass with a start, an election, or disk space. */
  readonly isSet: boolean;
  readonly remedy: string;
}

/** Ids of blocks: https://github.com/elastic/elasticsearch, `IndexMetadata` and `Metadata`. */
const SETTINGS: ReadonlyMap<string, string> = new Map([
  ['5', 'index.blocks.read_only'],
  ['6', 'cluster.blocks.read_only'],
  ['7', 'index.blocks.read'],
  ['8', 'index.blocks.write'],
  ['9', 'index.blocks.metadata'],
  ['12', 'index.blocks.read_only_allow_delete'],
  ['13', 'cluster.blocks.read_only_allow_delete'],
]);

const WORDS = /(?:index \[([^\]\s]{1,255})\] )?blocked by: \[([A-Z_]+)\/(\d+)\/[a-z ,/()-]+\]/u;

/** The block that an error of type `cluster_block_exception` speaks of; undefined where it is told in other words. */
export function explainBlock({ reason = '' }: ErrorCause): ExplainedBlock | undefined {
  const [says, index, level, id = ''] = WORDS.exec(reason) ?? [];
  if (says === undefined) return undefined;
  const setting = SETTINGS.get(id);
  if (level === 'SERVICE_UNAVAILABLE' || setting === undefined) {
    return { says, isSet: false, remedy: 'Elasticsearch is starting, or elects a master: see its log if it lasts.' };
  }
  return {
    says,
    isSet: true,
    remedy: `Take the block off: ${takeOff(setting, index)}; the sync then goes on by itself.`,
  };
}

/** The request that takes a block off. */
export function takeOff(setting: string, index: string | undefined): string {
  const body = (name: string) => JSON.stringify({ [name]: null });
  return setting.startsWith('cluster.')
    ? `PUT /_cluster/settings {"persistent": ${body(setting)}, "transient": ${body(setting)}}`
    : `PUT /${index ?? 'INDEX'}/_settings ${body(setting)}`;
}
