import { requireSameIndex } from '../../elasticsearch/answers/require-same-index';
import { deleteElasticDocuments } from '../../elasticsearch/documents/elastic-documents';
import type { IndexDescription } from '../../elasticsearch/index/describe-index';
import type { OpenConnector } from '../connector/connector-registry';
import { elasticDocumentsOf } from './find-adoption';

/**
 * Deletes the documents of Elastic's connector, once every row has one of pgferry's. Begun again it goes on.
 * @returns a sentence about it
 * @throws SyncFailure `DestinationChanged` where the index was deleted meanwhile
 */
export async function removeAdopted(
  { elasticsearch, settings }: OpenConnector,
  index: IndexDescription,
): Promise<string> {
  const deleted = await deleteElasticDocuments(elasticsearch, elasticDocumentsOf(settings, index));
  await requireSameIndex(elasticsearch, index.concrete, index.uuid);
  const count = deleted.toLocaleString('en-US');
  return `${count} documents of Elastic's connector were deleted: pgferry's stand in their place.`;
}
