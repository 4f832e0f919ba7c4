import { createHash } from 'node:crypto';

import type { ConnectorSettings } from '../../config/settings/settings';
import { projectRelation } from '../../documents/project-relation';
import type { SourceProbe } from '../../postgres/server/probe-source';
import { listBranches } from '../../sync/relation';
import { formatRelation, isReadAsWhole } from '../../sync/relation';
import type { ProjectedRelation } from './projected-relation';

/** A relation, and where its rows are read. */
export type SourceRelation = Pick<ProjectedRelation, 'relation' | 'rows' | 'rule'>;

/** Adds to a relation how its rows become documents. */
export function projectSource(
  settings: ConnectorSettings,
  source: SourceRelation,
  probe: SourceProbe,
  startedAt: string,
): ProjectedRelation {
  const { relation } = source;
  const input = {
    connectorId: settings.id,
    relation,
    database: settings.source.database,
    options: settings.documents,
    rules: settings.rules.basic,
    pipelineFlags: settings.pipelineFlags,
    commitTimestamps: probe.trackCommitTimestamp && !isReadAsWhole(relation),
  };
  // The hash must not change from one sync to the next, as the start time does.
  const { id, document, filter } = projectRelation({ ...input, startedAt: '1970-01-01T00:00:00.000Z' });
  return {
    ...source,
    name: formatRelation(relation),
    projection: projectRelation({ ...input, startedAt }),
    definition: hashDefinition(
      relation.definition,
      id,
      document,
      ...(filter === undefined ? [] : [filter]),
      ...listBranches(relation.branches ?? []).map(({ branch }) => branch.relation.definition),
    ),
  };
}

function hashDefinition(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}
