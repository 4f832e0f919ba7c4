import type { Client, estypes } from '@elastic/elasticsearch';

import { withTakenSettings } from '../answers/refused-settings';
import { isAlreadyThere } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import type { DeadLetterSource } from './dead-letter-source';

const KEYWORD = { type: 'keyword', ignore_above: 1_024 } as const;
const PROPERTIES: Record<keyof DeadLetterSource, estypes.MappingProperty> = {
  '@timestamp': { type: 'date' },
  connector_id: KEYWORD,
  relation: KEYWORD,
  document_id: KEYWORD,
  position: KEYWORD,
  error_type: KEYWORD,
  field: KEYWORD,
  reason: { type: 'text' },
  version: { type: 'long' },
  job_id: KEYWORD,
  pipeline: KEYWORD,
  pipelines_digest: KEYWORD,
  fingerprint: { type: 'double', index: false, doc_values: false },
};

/** Templates are for the connector's index: `search-shop*` matches `search-shop-rejected`, too. `null` takes a setting back. */
const SETTINGS = {
  'index.number_of_shards': 1,
  'index.auto_expand_replicas': '0-1',
  'index.default_pipeline': '_none',
  'index.final_pipeline': '_none',
  'index.blocks.write': null,
  'index.blocks.read': null,
  'index.blocks.read_only': null,
  'index.blocks.read_only_allow_delete': null,
  'index.blocks.metadata': null,
  'index.sort.field': null,
  'index.sort.order': null,
  'index.sort.mode': null,
  'index.sort.missing': null,
} as const;

/** Makes the index of dead letters where it is missing, free of what templates would do to it. */
export async function ensureDeadLetterIndex(client: Client, index: string): Promise<void> {
  await translateFailures(`creating the index ${index}`, async () => {
    if (await client.indices.exists({ index })) return;
    try {
      await withTakenSettings(client, SETTINGS, (settings) =>
        client.indices.create({
          index,
          settings: settings as unknown as estypes.IndicesIndexSettings,
          mappings: { dynamic: false, properties: PROPERTIES },
        }),
      );
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
    await takeOffTemplates(client, index);
  });
}

/** Indices that can be searched for what pipelines dropped, by the process's clients. */
const extended = new WeakMap<Client, Set<string>>();

/** Gives an index of dead letters, which an earlier version may have made, the fields by which dropped documents are found. */
export async function ensureDroppedFields(client: Client, index: string): Promise<void> {
  const done = extended.get(client) ?? new Set();
  extended.set(client, done);
  if (done.has(index)) return;
  const { pipeline, pipelines_digest, fingerprint } = PROPERTIES;
  await translateFailures(`adding fields to the index ${index}`, () =>
    client.indices.putMapping({ index, properties: { pipeline, pipelines_digest, fingerprint } }),
  );
  done.add(index);
}

/** Takes off what can't be refused when the index is made: aliases, and settings that not every Elasticsearch knows. */
async function takeOffTemplates(client: Client, index: string): Promise<void> {
  const { [index]: made } = await client.indices.get({ index, flat_settings: true });
  const aliases = Object.keys(made?.aliases ?? {});
  if (aliases.length > 0) {
    await client.indices.updateAliases({ actions: [{ remove: { index, aliases, must_exist: false } }] });
  }
  const lifecycle = Object.keys(made?.settings ?? {}).filter((name) => name.startsWith('index.lifecycle.'));
  if (lifecycle.length > 0) {
    const settings = Object.fromEntries(lifecycle.map((name) => [name, null]));
    await client.indices.putSettings({ index, settings: settings as unknown as estypes.IndicesIndexSettings });
  }
}
