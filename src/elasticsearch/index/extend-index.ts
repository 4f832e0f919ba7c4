import type { Client, estypes } from '@elastic/elasticsearch';

import type { IndexMapping } from '../../sync/field-mapping';
import { findRefusedSettings, putTakenSettings } from '../answers/refused-settings';
import { translateFailures } from '../answers/translate-failure';
import type { Properties } from '../blueprint/index-content';
import { readContent } from '../blueprint/read-content';
import { assertNoConflict, compareMapping, type MappingDifference } from './compare-mapping';
import { countFields } from './count-fields';
import { addToRecord } from './creation-record';
import type { IndexDescription } from './describe-index';
import { DEFAULT_FIELD_LIMIT, fieldLimit, GC_DELETES, parseTimeValue } from './index-requirements';
import type { MappingMeta } from './state-format';
import { changeMeta } from './state-store';

/** Fields that an existing index must be able to take. */
export interface IndexExtension {
  readonly mapping: IndexMapping;
  /** Fields that the index must have room for. */
  readonly totalFields: number;
}

/**
 * Makes an index that is there fit for documents: puts the fields it lacks, raises its limit of fields, and makes it
 * remember deletions for an hour where it can. What it has already stays as it is, also fields that only others use.
 *
 * @throws SyncFailure `MappingConflict` naming every field whose type can't take the documents' values.
 */
export async function extendIndex(client: Client, index: IndexDescription, extension: IndexExtension): Promise<void> {
  const difference = compareMapping(index.properties, extension.mapping);
  assertNoConflict(index.concrete, difference.conflicts);
  const refused = await findRefusedSettings(client);
  const wanted = Object.entries(findSettings(index, difference, extension.totalFields));
  const settings = Object.fromEntries(wanted.filter(([name]) => !refused.has(name)));
  await recordExtension(client, index, settings, difference.missing);
  if (Object.keys(settings).length > 0) {
    await translateFailures(`changing the settings of index ${index.concrete}`, () =>
      putTakenSettings(client, index.concrete, settings),
    );
  }
  if (Object.keys(difference.missing).length > 0) {
    await translateFailures(`adding fields to index ${index.concrete}`, () =>
      client.indices.putMapping({
        index: index.concrete,
        properties: difference.missing as Record<string, estypes.MappingProperty>,
      }),
    );
  }
}

/** Before the change itself: what was not added after all does no harm in a record, the other way round it would. */
async function recordExtension(
  client: Client,
  index: IndexDescription,
  settings: Readonly<Record<string, string | number>>,
  missing: Properties,
): Promise<void> {
  if (Object.keys({ ...settings, ...missing }).length === 0) return;
  const record = (meta: MappingMeta) => addToRecord(meta, readContent({ settings, mappings: { properties: missing } }));
  await changeMeta(client, index.concrete, record, 'put');
}

function findSettings(index: IndexDescription, { missing }: MappingDifference, totalFields: number) {
  const settings: Record<string, string | number> = {};
  const limit = Number(index.settings['index.mapping.total_fields.limit'] ?? DEFAULT_FIELD_LIMIT);
  const needed = Math.max(fieldLimit(missing, totalFields), countFields(index.properties) + countFields(missing));
  if (needed > limit) settings['index.mapping.total_fields.limit'] = needed;
  const remembered = parseTimeValue(index.settings['index.gc_deletes'] ?? '60s');
  const required = parseTimeValue(GC_DELETES) ?? 0;
  if (remembered === undefined || remembered < required) settings['index.gc_deletes'] = GC_DELETES;
  return settings;
}
