import { type Fields, textOf } from './ingest-document';
import type { RealNode } from './real-node';

/** Pipelines of an index by its settings; `_none` is none. */
export interface IndexPipelines {
  readonly default: string;
  readonly final: string;
}

export const NONE = '_none';

/** Finds the pipelines of an index, of the one that an alias is written to, or of an index that a template will make. */
export async function findPipelines(node: RealNode, name: string): Promise<IndexPipelines> {
  const path = encodeURIComponent(name);
  const found = await node.find(`/${path}?features=aliases,settings&flat_settings=true`);
  if (found !== undefined) return toPipelines(findWriteIndex(found as Record<string, FoundIndex>, name)?.settings);
  const { status, body } = await node.send('POST', `/_index_template/_simulate_index/${path}`);
  if (status !== 200) return toPipelines({});
  const { template } = JSON.parse(body) as { template?: { settings?: { index?: Fields } } };
  const { default_pipeline: byDefault, final_pipeline: atLast } = template?.settings?.index ?? {};
  return toPipelines({ 'index.default_pipeline': byDefault, 'index.final_pipeline': atLast });
}

interface FoundIndex {
  readonly aliases: Readonly<Record<string, { readonly is_write_index?: boolean }>>;
  readonly settings: Fields;
}

function findWriteIndex(found: Readonly<Record<string, FoundIndex>>, name: string): FoundIndex | undefined {
  const indices = Object.values(found);
  return indices.length === 1 ? indices[0] : indices.find(({ aliases }) => aliases[name]?.is_write_index === true);
}

function toPipelines(settings: Fields = {}): IndexPipelines {
  return {
    default: textOf(settings['index.default_pipeline'] ?? NONE),
    final: textOf(settings['index.final_pipeline'] ?? NONE),
  };
}
