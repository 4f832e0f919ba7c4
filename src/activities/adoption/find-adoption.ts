import { countTotals } from '../../elasticsearch/documents/count-documents';
import { countElasticDocuments, type ElasticDocuments } from '../../elasticsearch/documents/elastic-documents';
import type { IndexDescription } from '../../elasticsearch/index/describe-index';
import { SyncFailure } from '../../sync/failures';
import type { OpenConnector } from '../connector/connector-registry';
import type { PlanRequest } from '../contract/activity-inputs';

/** The documents that Elastic's connector has made of the database of a connector, in its index. */
export function elasticDocumentsOf(
  { source: { database }, selection: { schemas } }: OpenConnector['settings'],
  { concrete, properties }: IndexDescription,
): ElasticDocuments {
  return { index: concrete, properties, database, schemas };
}

/**
 * Looks whether a sync replaces documents of Elastic's connector. An incremental one leaves them to the next full one: it does
 * not read every row.
 * @throws SyncFailure `AdoptionNeeded` where there are some, and nobody has said that they may go
 */
export async function findAdoption(
  { elasticsearch, settings }: OpenConnector,
  { options, jobType }: PlanRequest,
  index: IndexDescription,
): Promise<{ readonly adopt?: true }> {
  // One that pgferry has made behind an alias is no other's.
  if (index.isOwn && index.viaAlias) return {};
  const theirs = await countElasticDocuments(elasticsearch, elasticDocumentsOf(settings, index));
  if (theirs === 0) return {};
  if (options.adopt === true || settings.adopts === true) return jobType === 'full' ? { adopt: true } : {};
  const { id, source } = settings;
  const { ofConnectors: ours } = await countTotals(elasticsearch, index.concrete, [id]);
  throw new SyncFailure(
    'AdoptionNeeded',
    `The index ${index.concrete} holds ${count(theirs)} documents that Elastic's connector has made of the database ` +
      `${source.database}, and ${count(ours)} of pgferry's: every row would be found twice`,
    `Replace them with \`pgferry sync ${id} --adopt\`, or by \`adopt: true\` at the connector in the file: pgferry's ` +
      "are written first, then Elastic's are deleted. Or sync into another index.",
  );
}

function count(documents: number): string {
  return documents.toLocaleString('en-US');
}
