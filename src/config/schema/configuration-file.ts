import { z } from 'zod';

import { codecServerSection } from './codec-server-section';
import { expected } from './coerced-values';
import { connectorSection } from './connector-section';
import { elasticsearchSection } from './elasticsearch-section';
import { monitoringSection } from './monitoring-section';
import { documented, ignored, section } from './section';
import { temporalSection } from './temporal-section';

const connectorList = z
  .array(connectorSection, expected('a list: a line "- connector_id: …" for each connector'))
  .min(1, 'must define at least one connector')
  .superRefine(reportSharedIds, { when: ({ value }) => Array.isArray(value) });

/** The whole of `pgferry.yml`, as people write it. */
export const configurationFile = section({
  elasticsearch: documented(elasticsearchSection, 'Where documents go.'),
  temporal: documented(temporalSection, 'What runs the syncs.'),
  monitoring: documented(monitoringSection, 'How workers are watched.'),
  codec_server: documented(codecServerSection, 'What decrypts payloads for the Temporal UI: `pgferry codec-server`.'),
  connectors: documented(connectorList, 'The connectors: each syncs one database into one index.'),
  service: ignored('Temporal runs the syncs'),
  sources: ignored('pgferry syncs PostgreSQL only'),
  native_service_types: ignored('pgferry syncs PostgreSQL only'),
  error_monitor: ignored('`max_rejected` of a connector takes its place'),
  extraction_service: ignored('pgferry extracts no text from files'),
});

/** The file after validation: defaults applied, values coerced, still under the file's names. */
export type ConfigurationFile = z.output<typeof configurationFile>;
export type ConnectorEntry = ConfigurationFile['connectors'][number];

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
