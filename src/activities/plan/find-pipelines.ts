import { probePipelines } from '../../elasticsearch/bulk/probe-pipelines';
import type { PipelineSubject } from '../../elasticsearch/pipelines/name-pipelines';
import { readPipelines } from '../../elasticsearch/pipelines/read-pipelines';
import type { WorkingPipelines } from '../../sync/pipelines';
import type { OpenConnector } from '../connector/connector-registry';

/** An index, or what one will be made with. */
type IndexSettings = Pick<PipelineSubject, 'settings'> & { readonly concrete?: string };

/** Where the names of a connector's pipelines stand. */
export function pipelineSubject(
  { settings: { pipeline, indexName } }: Pick<OpenConnector, 'settings'>,
  { settings, concrete }: IndexSettings,
): PipelineSubject {
  const place =
    concrete === undefined ? `index templates, or the old index, for ${indexName}` : `the index ${concrete}`;
  return { requested: pipeline, settings, place };
}

/**
 * The ingest pipelines that work on a connector's documents.
 * @throws SyncFailure `InvalidConfig` for one that is not there, naming what names it
 */
export async function findPipelines(
  connector: Pick<OpenConnector, 'settings' | 'elasticsearch'>,
  index: IndexSettings,
): Promise<WorkingPipelines | undefined> {
  const { elasticsearch, settings } = connector;
  const pipelines = await readPipelines(elasticsearch, pipelineSubject(connector, index));
  if (pipelines?.hidden === true && index.concrete !== undefined) {
    const target = { target: index.concrete, requireAlias: false, pipeline: settings.pipeline };
    await probePipelines(elasticsearch, target);
  }
  return pipelines;
}
