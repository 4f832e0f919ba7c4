import { z } from 'zod';

import { findIndexNameProblem, findNamingProblem } from '../../sync/indices/index-name';
import { isIndexNaming, sampleIndexName } from '../../sync/indices/index-naming';
import { flag, number, optionalText, text } from './coerced-values';
import { continuousSection } from './continuous-section';
import { documentsSection } from './documents-section';
import { indexSection } from './index-section';
import { schedulingSection } from './scheduling-section';
import { documented, fileOf, ignored, relate, section } from './section';
import { sourceSection } from './source-section';
import { syncRulesSection } from './sync-rules-section';

const KIBANA = 'only Kibana shows it';
const FLAGS = 'set it in the pipeline itself';

const indexName = text.superRefine((value, context) => {
  const problem = findNamingProblem(value) ?? findIndexNameProblem(sampleIndexName(value));
  if (problem !== undefined) context.addIssue(problem);
});

const pipelineSection = section({
  name: documented(optionalText, 'Ingest pipeline that every document passes.'),
  extract_binary_content: ignored(FLAGS),
  reduce_whitespace: ignored(FLAGS),
  run_ml_inference: ignored(FLAGS),
});

export const limitKeys = {
  concurrency: documented(number({ min: 1, max: 64 }).default(2), 'Partitions that a sync copies at the same time.'),
  max_delete_ratio: documented(
    number({ min: 0, max: 1, whole: false }).default(0.5),
    "Share of the connector's documents that a sync may delete without consent, once it is more than 1,000 documents.",
  ),
  max_rejected: documented(
    number({ min: 0, max: 1_000_000_000 }).default(1_000),
    'Rejected documents above which a sync fails.',
  ),
  max_row_bytes: documented(
    number({ min: 1_024, max: 1_073_741_824 }).default(52_428_800),
    'Bytes; a row whose values are larger is rejected unread.',
  ),
};

/** The keys that bound a connector. */
export const LIMITS = Object.keys(limitKeys) as (keyof typeof limitKeys)[];

const keys = section({
  connector_id: documented(
    text.regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, _ and -, at most 64'),
    'Identifies the connector: in commands, workflow ids and document ids. Where Elasticsearch manages it: the id ' +
      'that it has there.',
  ),
  service_type: documented(
    z.literal('postgresql', 'must be postgresql: pgferry syncs nothing else').default('postgresql'),
    'Kind of source.',
  ),
  name: documented(optionalText, "The connector's name for people; by default its `connector_id`."),
  index_name: documented(
    indexName.optional(),
    'Index to sync into; pgferry makes it, behind an alias of this name. With `{table}` (and `{schema}`) in it each ' +
      'table has an index of its own: `shop-{table}`. Required with `configuration`.',
  ),
  configuration: documented(
    sourceSection.optional(),
    'The PostgreSQL database. An entry without it is managed in Elasticsearch, by Kibana or the Connector API: ' +
      'name, index, database, sync rules, schedules and pipeline are those of the connector there, everything else ' +
      'is as the entry says.',
  ),
  api_key: documented(optionalText, "API key that the connector's own index is written with, encoded (base64).", {
    secret: true,
    fallback: 'the credentials under `elasticsearch`',
  }),
  api_key_file: fileOf('api_key'),
  sync_rules: documented(syncRulesSection, 'Which rows are synced.'),
  documents: documented(documentsSection, 'How rows become documents.'),
  index: documented(indexSection, 'The index as people want it, beyond what its documents need.'),
  scheduling: documented(schedulingSection, 'When syncs start by themselves; `pgferry schedule apply` makes it so.'),
  continuous: documented(
    continuousSection.optional(),
    'Follow changes between syncs; `pgferry follow` starts it. Leaving the section out means off.',
  ),
  pipeline: documented(pipelineSection.optional(), 'Ingest pipeline.'),
  adopt: documented(
    flag.default(false),
    "Whether the first full sync that completes replaces the documents which Elastic's own connector has made of the " +
      'database in the index; as `pgferry sync --adopt` does once.',
  ),
  ...limitKeys,
  description: ignored(KIBANA),
  language: ignored('fields are mapped by their types'),
  is_native: ignored(KIBANA),
});

/** `connectors[]:` */
export const connectorSection = relate(
  keys,
  ['index_name', 'configuration', 'sync_rules', 'adopt', 'continuous'],
  (entry) => {
    const missing = (['index_name', 'configuration'] as const).filter((key) => entry[key] === undefined);
    if (missing.length === 1) return missing.map((key) => ({ key, message: 'is required' }));
    return entry.index_name !== undefined && isIndexNaming(entry.index_name) ? findNeedsOneIndex(entry) : [];
  },
);

type Entry = z.output<typeof keys>;

/** What only a connector with one index can have. */
function findNeedsOneIndex({ sync_rules, adopt, continuous }: Entry) {
  const message = 'needs one index: give index_name no {table}';
  return [
    ...(sync_rules.advanced.length > 0 ? [{ key: 'sync_rules', message: `advanced: ${message}` }] : []),
    ...(adopt ? [{ key: 'adopt', message }] : []),
    ...(continuous === undefined ? [] : [{ key: 'continuous', message }]),
  ];
}
