import { filterAnswer } from './filter-answer';
import type { Fields } from './ingest-document';
import { IngestError, renderError } from './ingest-error';
import { checkPipeline, type PipelineDefinition, type Pipelines } from './ingest-pipeline';
import type { NodeAnswer, RealNode } from './real-node';

/** Where the node keeps a definition whose processors it doesn't know: in the `_meta` of an empty pipeline. */
const PLAYED = 'played';

/** Reads all pipelines of the node, as they were put. */
export async function readPipelines(node: RealNode): Promise<Pipelines> {
  const kept = (await node.find('/_ingest/pipeline')) ?? {};
  return Object.fromEntries(Object.entries(kept).map(([name, pipeline]) => [name, unwrap(pipeline)]));
}

/**
 * Puts or shows pipelines, as the URL says.
 * @returns undefined for what the node does as it is
 */
export async function keepPipelines(
  node: RealNode,
  method: string,
  url: URL,
  body: string,
): Promise<NodeAnswer | undefined> {
  if (method === 'PUT') return putPipeline(node, url, body);
  if (method !== 'GET' || url.searchParams.get('summary') === 'true') return undefined;
  const filter = url.searchParams.get('filter_path');
  const answer = await node.send('GET', url.pathname);
  if (answer.status !== 200) return answer;
  const shown = Object.entries(JSON.parse(answer.body) as Fields).map(([name, kept]) => [name, unwrap(kept)]);
  return { status: 200, body: JSON.stringify(filterAnswer(Object.fromEntries(shown), filter)) };
}

async function putPipeline(node: RealNode, url: URL, body: string): Promise<NodeAnswer> {
  const definition = JSON.parse(body) as PipelineDefinition;
  try {
    checkPipeline(definition);
  } catch (error) {
    if (!(error instanceof IngestError)) throw error;
    const cause = renderError(error);
    return { status: 400, body: JSON.stringify({ error: { root_cause: [cause], ...cause }, status: 400 }) };
  }
  const { version } = definition;
  const empty = { ...(version === undefined ? {} : { version }), processors: [], _meta: { [PLAYED]: definition } };
  return node.send('PUT', `${url.pathname}${url.search}`, JSON.stringify(empty));
}

function unwrap(kept: unknown): PipelineDefinition {
  const pipeline = kept as PipelineDefinition;
  const played = (pipeline['_meta'] as Fields | undefined)?.[PLAYED];
  if (played === undefined) return pipeline;
  return { ...pipeline, _meta: undefined, ...(played as PipelineDefinition) };
}
