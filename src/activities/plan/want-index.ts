import type { ConnectorSettings } from '../../config/settings/settings';
import { buildMapping, listOverridden, totalFields } from '../../documents/index-mapping';
import type { Projection } from '../../documents/projection';
import type { WantedIndex } from '../../elasticsearch/index/design-index';
import type { SyncJob } from '../../sync/sync-plan';

/** The index that a sync makes for its relations. */
export function wantIndex(
  { indexContent }: Pick<ConnectorSettings, 'indexContent'>,
  job: Pick<SyncJob, 'index' | 'concreteIndex'>,
  projections: readonly Projection[],
): WantedIndex {
  const { mapping } = buildMapping(projections);
  return {
    alias: job.index,
    concrete: job.concreteIndex,
    mapping,
    overridden: listOverridden(projections),
    totalFields: totalFields(mapping),
    ...(indexContent === undefined ? {} : { section: indexContent }),
  };
}
