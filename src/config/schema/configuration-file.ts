import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

import { codecServerSection } from './codec-server-section';
import { expected, optionalText } from './coerced-values';
import { connectorSection, limitKeys } from './connector-section';
import { documentsSection } from './documents-section';
import { elasticsearchSection } from './elasticsearch-section';
import { indexSection } from './index-section';
import { monitoringSection } from './monitoring-section';
import { documented, ignored, nowhere, optionalSection, relate, section } from './section';
import { serviceSection } from './service-section';
import { temporalSection } from './temporal-section';

const connectorList = z
  .array(connectorSection, expected('a list: a line "- connector_id: …" for each connector'))
  .superRefine(reportSharedIds, { when: ({ value }) => Array.isArray(value) });

const older = (meaning: string) => documented(nowhere(optionalText), meaning);

const keys = section({
  elasticsearch: documented(elasticsearchSection, 'Where documents go.'),
  temporal: documented(temporalSection, 'What runs the syncs.'),
  monitoring: documented(monitoringSection, 'How workers are watched.'),
  codec_server: documented(codecServerSection, 'What decrypts payloads for the Temporal UI: `pgferry codec-server`.'),
  connectors: documented(
    connectorList.optional(),
    'The connectors: each syncs one database into one index. `"*"`: every connector of PostgreSQL that is managed in ' +
      'Elasticsearch. At least one, without `service.worker_mode`.',
    { otherForms: [{ const: '*' }] },
  ),
  connector_defaults: documented(
    optionalSection({
      documents: documented(documentsSection, 'How rows become documents.'),
      index: documented(indexSection, 'The index as people want it, beyond what its documents need.'),
      ...limitKeys,
    }),
    'What the file adds to connectors that `"*"` serves, and that have no entry of their own.',
  ),
  service: documented(serviceSection, 'How connectors are served that are managed in Elasticsearch.'),
  connector_id: older('Older form of a single entry of `connectors`.'),
  service_type: older('Older form of a single entry of `connectors`.'),
  native_service_types: older('Older form of `service.worker_mode: true` with `service.service_types`.'),
  sources: ignored('pgferry syncs PostgreSQL only'),
  error_monitor: ignored('`max_rejected` of a connector takes its place'),
  extraction_service: ignored('pgferry extracts no text from files'),
});

/** The whole of `pgferry.yml`, as people write it. */
export const configurationFile = relate(keys, ['connectors', 'service'], ({ connectors, service }) => {
  const sharing = findOtherSection(connectors ?? []);
  if (sharing !== undefined) return [{ key: 'connectors', message: sharing }];
  if (service.worker_mode) return [];
  if (connectors === undefined) return [{ key: 'connectors', message: 'is required' }];
  return connectors.length > 0 ? [] : [{ key: 'connectors', message: 'must define at least one connector' }];
});

/** The file after validation: defaults applied, values coerced, still under the file's names. */
export type ConfigurationFile = z.output<typeof configurationFile>;
type Entry = NonNullable<ConfigurationFile['connectors']>[number];
/** An entry that the file itself defines. */
export type ConnectorEntry = Entry & { readonly [Key in 'configuration' | 'index_name']: NonNullable<Entry[Key]> };
/** An entry whose connector is managed in Elasticsearch. */
export type ServedEntry = Entry;

export function isDefinedHere(entry: Entry): entry is ConnectorEntry {
  return entry.configuration !== undefined && entry.index_name !== undefined;
}

/** Connectors that share an index would change it to and fro. */
function findOtherSection(connectors: readonly Entry[]): string | undefined {
  const first = new Map<string, Entry>();
  for (const entry of connectors) {
    const { index_name: name } = entry;
    const other = name === undefined ? undefined : first.get(name);
    if (name !== undefined && other === undefined) first.set(name, entry);
    if (other !== undefined && !isDeepStrictEqual(other.index, entry.index))
      return `${other.connector_id} and ${entry.connector_id} share ${name ?? ''}: their index must say the same`;
  }
  return undefined;
}

function reportSharedIds(connectors: readonly unknown[], context: z.RefinementCtx): void {
  const seen = new Map<unknown, number>();
  connectors.forEach((connector, index) => {
    if (typeof connector !== 'object' || connector === null || !('connector_id' in connector)) return;
    const id = connector.connector_id;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, index);
    else
      context.addIssue({
        code: 'custom',
        path: [index, 'connector_id'],
        message: `is the id of connectors[${first}] already: each connector needs its own`,
      });
  });
}
