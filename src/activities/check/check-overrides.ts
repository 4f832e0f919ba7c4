import { findUnmappedObjects } from '../../documents/overrides/find-unmapped-objects';
import { concreteIndexName } from '../../elasticsearch/index/index-names';
import { type TriedMappings, tryMappings } from '../../elasticsearch/mappings/try-mappings';
import { sampleIndexName } from '../../sync/indices/index-naming';
import type { OpenConnector } from '../connector/connector-registry';

/** Something about overrides that keeps no sync from working. */
export interface OverrideWarning {
  readonly message: string;
  readonly remedy: string;
}

type Connector = Pick<OpenConnector, 'elasticsearch' | 'settings'>;

/** Asks the cluster whether it takes the mappings that the file gives columns; changes nothing. */
export async function checkOverrides(connector: Connector) {
  const { refused } = await askCluster(connector);
  return refused.map(({ name, reason }) => ({
    type: 'InvalidConfig' as const,
    message: `Elasticsearch refuses the mapping that documents.mapping gives ${name}: ${reason}`,
    remedy: 'Correct documents.mapping: the type and its parameters have to be ones that this Elasticsearch has.',
  }));
}

/** Finds overrides that may not do what they are meant to. */
export async function findOverrideWarnings(connector: Connector): Promise<OverrideWarning[]> {
  const { unasked } = await askCluster(connector);
  const unmapped = findUnmappedObjects(connector.settings.documents.mapping);
  return [
    ...(unasked === undefined ? [] : [warnOfUnasked(unasked)]),
    ...unmapped.map((column) => ({
      message: `documents.mapping gives ${column} neither properties nor dynamic: no search finds what is within it`,
      remedy: 'Name its fields under properties, as docs/sync-rules.md shows, or add dynamic: true.',
    })),
  ];
}

/** An alias is refused anyway, and to the cluster it is the field that it names that is missing. */
function askCluster({ elasticsearch, settings }: Connector): Promise<TriedMappings> {
  const mappings = Object.entries(settings.documents.mapping).filter(([, { type }]) => type !== 'alias');
  const index = concreteIndexName(sampleIndexName(settings.indexName), 'check');
  return tryMappings(elasticsearch, index, Object.fromEntries(mappings));
}

function warnOfUnasked(status: number): OverrideWarning {
  return {
    message: `Elasticsearch did not say whether it takes the mappings of documents.mapping (HTTP ${status})`,
    remedy: 'A sync tells when it makes the index. Asking takes the privilege write, and Elasticsearch 8.17.',
  };
}
