import { type OpenConnector, openIndex } from '../activities/connector/open-connector';
import { listIndices } from '../activities/plan/list-indices';
import { hasManyIndices } from '../sync/indices/index-naming';
import { joinFailures } from '../sync/relation-failure';
import type { Verification } from './verification';
import { verifyIndex, type VerifyOptions } from './verify-index';

/**
 * Compares every row of a connector with its document, in one index or in that of its table: presence, content, and
 * nothing extra. Changes nothing.
 * @throws SyncFailure when a server can't be read or a relation is missing: a failed read is no difference
 */
export async function verifyConnector(connector: OpenConnector, options: VerifyOptions): Promise<Verification> {
  const { settings } = connector;
  if (!hasManyIndices(settings)) return verifyIndex(connector, options);
  const { indices, failed } = await listIndices(connector);
  if (failed.length > 0) throw joinFailures(settings.id, failed, indices.length + failed.length);
  const found: Verification[] = [];
  for (const { index } of indices) found.push(await verifyIndex(openIndex(connector, index), options));
  return joinVerifications(settings.id, settings.indexName, found, options.limit);
}

function joinVerifications(
  connectorId: string,
  index: string,
  found: readonly Verification[],
  limit: number,
): Verification {
  const sum = (count: (of: Verification) => number) => found.reduce((total, each) => total + count(each), 0);
  return {
    connectorId,
    index,
    comparedContent: found.every(({ comparedContent }) => comparedContent),
    foreign: sum(({ foreign }) => foreign),
    claiming: {
      documents: sum(({ claiming }) => claiming.documents),
      ids: found.flatMap(({ claiming }) => claiming.ids).slice(0, limit),
    },
    relations: found.flatMap(({ relations }) => relations),
    differences: found.flatMap(({ differences }) => differences).slice(0, limit),
    rejections: found.flatMap(({ rejections }) => rejections).slice(0, limit),
    seconds: sum(({ seconds }) => seconds),
  };
}
