import { type Client, errors, type estypes } from '@elastic/elasticsearch';

import { describeRefusal } from '../answers/describe-refusal';
import { statusOf } from '../answers/response-error';
import { translateFailures } from '../answers/translate-failure';
import { toMapping } from '../blueprint/read-content';
import type { IndexDesign } from '../index/design-index';

/** Statuses for credentials that may not ask, and for an Elasticsearch or a proxy that has no such question. */
const UNKNOWN: ReadonlySet<number> = new Set([403, 404, 405, 410]);

/** The cluster's verdict on an index that is to be made. */
export interface TriedDesign {
  /** Elasticsearch's own words; absent where it takes it. */
  readonly refusal?: string;
  /** Status of the answer by which the cluster did not say. */
  readonly unasked?: number;
}

/**
 * Asks the cluster whether it would make such an index, by simulating a template that holds it; nothing is made.
 * It takes the cluster privilege `manage_index_templates`.
 */
export async function tryDesign(client: Client, concrete: string, { blueprint }: IndexDesign): Promise<TriedDesign> {
  return translateFailures(`trying the index ${concrete}`, async () => {
    try {
      await client.indices.simulateTemplate({
        index_patterns: [concrete],
        priority: Number.MAX_SAFE_INTEGER,
        template: {
          settings: blueprint.settings,
          mappings: {
            ...toMapping(blueprint.parameters),
            properties: blueprint.properties as Record<string, estypes.MappingProperty>,
          },
        },
      });
      return {};
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined && UNKNOWN.has(status)) return { unasked: status };
      if (!(error instanceof errors.ResponseError) || status !== 400) throw error;
      return { refusal: describeRefusal(error.body) };
    }
  });
}
