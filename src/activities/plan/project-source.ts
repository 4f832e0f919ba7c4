import { createHash } from 'node:crypto';

import type { ConnectorSettings } from '../../config/settings/settings';
import { projectRelation } from '../../documents/project-relation';
import type { SourceProbe } from '../../postgres/server/probe-source';
import { formatRelation, isReadAsWhole, listTreeTables, type Relation } from '../../sync/relation';
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
      ...listTreeTables(relation.branches ?? []).map((table) => defineTable(table, isReadAsWhole(relation))),
    ),
  };
}

/** Rows of another table that move without their `xmin` saying so change documents as a new definition of it does. */
function defineTable({ definition, leaves }: Relation, isWhole: boolean): string {
  return isWhole ? definition : [definition, ...leaves.map(({ oid, fileNode }) => `${oid}:${fileNode}`)].join(' ');
}

function hashDefinition(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}
