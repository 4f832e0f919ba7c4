import type { Client } from '@elastic/elasticsearch';

import type { FailureType } from '../../src/sync/failures';

/** An index template under which no index of pgferry's can be filled. */
export interface UnfitTemplate {
  readonly template: Readonly<Record<string, unknown>>;
  readonly type: FailureType;
  /** Part of the message. */
  readonly says: RegExp;
}

/** By what they do. */
export const UNFIT_TEMPLATES: Readonly<Record<string, UnfitTemplate>> = {
  'makes data streams only': {
    template: { data_stream: {} },
    type: 'InvalidConfig',
    says: /makes data streams only|creates data streams only/u,
  },
  'names a default pipeline that is not there': {
    template: { template: { settings: { 'index.default_pipeline': 'enrich-orders' } } },
    type: 'InvalidConfig',
    says: /"enrich-orders"/u,
  },
  'names a final pipeline that is not there': {
    template: { template: { settings: { 'index.final_pipeline': 'stamp-orders' } } },
    type: 'InvalidConfig',
    says: /"stamp-orders"/u,
  },
  'requires a routing': {
    template: { template: { mappings: { _routing: { required: true } } } },
    type: 'RoutingRequired',
    says: /_routing\.required/u,
  },
  'blocks writes': {
    template: { template: { settings: { 'index.blocks.write': true } } },
    type: 'InvalidConfig',
    says: /index\.blocks\.write/u,
  },
  'makes indices read-only': {
    template: { template: { settings: { 'index.blocks.read_only': true } } },
    type: 'InvalidConfig',
    says: /index\.blocks\.read_only/u,
  },
  'blocks metadata': {
    template: { template: { settings: { 'index.blocks.metadata': true } } },
    type: 'InvalidConfig',
    says: /index\.blocks\.metadata|index metadata/u,
  },
};

/** Puts an index template of the same name as the index (pattern) that it is for. */
export async function putTemplate(
  client: Client,
  index: string,
  template: Readonly<Record<string, unknown>>,
  pattern = `${index}*`,
): Promise<void> {
  await client.indices.putIndexTemplate({ name: index, index_patterns: [pattern], priority: 500, ...template });
}
