import type { Client } from '@elastic/elasticsearch';

import { isRecord } from '../../sync/json-value';
import { unlessMissing } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';

const SETTING = 'index.max_result_window';
/** Elasticsearch's own default. */
const DEFAULT = 10_000;

/** Hits that one page of a search in an index, or behind an alias, may have. */
export async function readLargestPage(client: Client, index: string): Promise<number> {
  const found: unknown = await translateFailures(`reading the settings of ${index}`, () =>
    unlessMissing(() => client.indices.getSettings({ index, name: SETTING, flat_settings: true })),
  );
  const windows = Object.values(isRecord(found) ? found : {}).map((one) => {
    const settings = isRecord(one) ? one['settings'] : undefined;
    return Number(isRecord(settings) ? settings[SETTING] : undefined);
  });
  return Math.min(DEFAULT, ...windows.filter((window) => window >= 1));
}
