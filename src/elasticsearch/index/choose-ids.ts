import type { Client } from '@elastic/elasticsearch';

import type { IdScheme } from '../../sync/document-owner';
import { SyncFailure } from '../../sync/failures';
import { plainName } from '../../sync/relation';
import { countDocuments, countTotals } from '../documents/count-documents';
import type { IndexDescription } from './describe-index';

/** Relations that a message names. */
const NAMED = 3;

/** Whose documents an index is to hold. */
export interface Occupancy {
  readonly connectorId: string;
  readonly indexName: string;
  /** Whether ids are to be keys alone. */
  readonly byKey: boolean;
  /** All relations whose documents it holds or will hold, also those that can't be read: their documents are there. */
  readonly relations: readonly string[];
}

/**
 * Chooses how documents' ids are made. Ids that are keys alone need an index that holds one relation and nothing else: what
 * is in it when the first sync begins would be taken for documents of rows that went.
 * @param index - absent: the sync makes it
 * @throws SyncFailure `InvalidConfig` where the index holds, or would hold, anything else, or has ids of the other kind
 */
export async function chooseIds(
  client: Client,
  index: Pick<IndexDescription, 'concrete' | 'state'> | undefined,
  occupancy: Occupancy,
): Promise<IdScheme> {
  const { connectorId, byKey } = occupancy;
  const soleRelation = byKey ? requireSole(occupancy) : undefined;
  const scheme = { connectorId, ...(soleRelation === undefined ? {} : { soleRelation }) };
  if (index === undefined) return scheme;
  requireNoOther(index, occupancy);
  const saved = index.state.connectors[connectorId];
  if (saved !== undefined && saved.soleRelation !== soleRelation) {
    throw new SyncFailure(
      'InvalidConfig',
      `The documents of index ${index.concrete} have ${describeIds(saved.soleRelation)} as ids; by documents.id ` +
        `they are to have ${describeIds(soleRelation)}.`,
      `Write them anew: pgferry sync ${connectorId} --rebuild`,
    );
  }
  if (saved === undefined && soleRelation !== undefined) await requireNothingElse(client, index, scheme);
  return scheme;
}

function describeIds(soleRelation: string | undefined): string {
  return soleRelation === undefined ? 'connector, table and key' : `the keys of ${plainName(soleRelation)} alone`;
}

function requireSole({ connectorId, indexName, relations }: Occupancy): string {
  const [sole, second] = relations;
  if (sole !== undefined && second === undefined) return sole;
  const some = relations.slice(0, NAMED).map(plainName).join(', ');
  const names = `${some}${relations.length > NAMED ? ', …' : ''}`;
  throw new SyncFailure(
    'InvalidConfig',
    `Connector ${connectorId}: with documents.id: key an index holds one table, and ${indexName} would hold ` +
      `${relations.length}: ${names}.`,
    'Give each an index, as `index_name: shop-{table}`, select one table, or leave documents.id out.',
  );
}

function requireNoOther(
  { state: { connectors } }: Pick<IndexDescription, 'state'>,
  { connectorId, indexName, byKey }: Occupancy,
): void {
  const other = Object.entries(connectors).find(
    ([id, { soleRelation }]) => id !== connectorId && (byKey || soleRelation !== undefined),
  );
  if (other === undefined) return;
  throw new SyncFailure(
    'InvalidConfig',
    `The index ${indexName} holds documents of connector ${other[0]}; with documents.id: key one has it alone.`,
    `Give connector ${connectorId} an index_name of its own.`,
  );
}

async function requireNothingElse(
  client: Client,
  { concrete }: Pick<IndexDescription, 'concrete'>,
  { connectorId, soleRelation = '' }: IdScheme,
): Promise<void> {
  const { total } = await countTotals(client, concrete, []);
  const foreign = total - (await countDocuments(client, concrete, connectorId, soleRelation));
  if (foreign === 0) return;
  throw new SyncFailure(
    'InvalidConfig',
    `The index ${concrete} holds ${foreign} ${foreign === 1 ? 'document' : 'documents'} that connector ` +
      `${connectorId} did not write; ` +
      'with documents.id: key all that it holds are taken for its own.',
    'Sync into an index_name of its own, or delete those documents first.',
  );
}
