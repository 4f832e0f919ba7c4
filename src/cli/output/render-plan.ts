import type { Foresight } from '../../activities/check/foresee-destination';
import type { StreamForesight } from '../../activities/follow/foresee-stream';
import type { SyncDescription } from '../../activities/plan/plan-sync';
import type { Example } from '../../activities/plan/read-examples';
import { describeLost } from '../../elasticsearch/index/describe-design';
import { cutTasks } from '../../sync/partitions';
import { describeReadAgain } from '../../sync/wire/follow-state';
import { branchDocument, drawTrees } from './draw-trees';
import { indentJson } from './indent-json';
import { renderTable } from './render-table';
import { bold } from './terminal';

/** A plan, and what a sync would meet at Elasticsearch where that was asked. */
export interface ForeseenPlan extends SyncDescription {
  readonly foresight?: Foresight;
  /** Absent where changes are not to be followed. */
  readonly stream?: StreamForesight;
  /** Absent where none were asked for. */
  readonly examples?: readonly Example[];
}

const NOTHING_FORESEEN: Foresight = { problems: [], warnings: [] };

/** A plan as `plan --json` prints it. */
export function planDocument(foreseen: ForeseenPlan) {
  const { plan, relations, mapping, concurrency, differences, lost, newIndex, foresight = NOTHING_FORESEEN } = foreseen;
  const partitions = cutTasks(plan.relations, concurrency).flat();
  const described = new Map(relations.map((projected) => [projected.name, projected]));
  return {
    connector_id: plan.job.connectorId,
    job_type: plan.job.jobType,
    index: plan.job.index,
    new_index: plan.job.newIndex,
    relations: plan.relations.map((planned) => {
      const projected = described.get(planned.name);
      return {
        relation: planned.name,
        kind: projected?.relation.kind,
        tables: projected?.relation.tables,
        key: projected?.relation.key,
        key_index: projected?.relation.keyIndex,
        key_is_unbacked: projected?.relation.keyIsUnbacked,
        key_is_per_leaf: projected?.relation.keyIsPerLeaf,
        read_as_whole_because: projected?.relation.wholeBecause,
        mode: planned.since === undefined ? 'copy' : 'refresh',
        estimated_rows: planned.rows,
        partitions: partitions.filter(({ relation }) => relation === planned.name).length,
        renamed: projected?.projection.renamed,
        branches: projected?.relation.branches?.map(branchDocument),
      };
    }),
    skipped: plan.skipped,
    dropped: plan.dropped,
    failed: plan.failed,
    comes_along: newIndex?.comesAlong ?? [],
    lost_values: newIndex?.lost ?? lost,
    index_changes: differences.map(({ name, is, wanted, isFixed }) => ({ name, is, wanted, takes_rebuild: isFixed })),
    problems: foresight.problems,
    warnings: foresight.warnings,
    notes: [...(plan.notes ?? []), ...(foresight.unasked === undefined ? [] : [foresight.unasked])],
    ...(foreseen.stream === undefined ? {} : { continuous: streamForesight(foreseen.stream) }),
    knows_templates: newIndex?.knowsTemplate ?? true,
    mapping,
    ...(foreseen.examples === undefined ? {} : { examples: foreseen.examples }),
  };
}

type PlanRow = ReturnType<typeof planDocument>['relations'][number];

/** A plan for people. */
export function renderPlan(plan: ForeseenPlan, withMapping = false): string {
  const document = planDocument(plan);
  const { relations, mapping } = document;
  const rows = relations.map(({ relation, kind, tables, key, mode, estimated_rows: estimated, partitions }) => [
    relation,
    tables === undefined ? (kind ?? '') : `rule over ${tables.join(', ')}`,
    (key ?? []).join(', '),
    mode,
    estimated,
    partitions,
  ]);
  return [
    `${bold(document.index)}${document.new_index ? ' (new)' : ''}, ${Object.keys(mapping.properties).length} fields`,
    renderTable(['relation', 'kind', 'key', 'mode', 'rows (about)', 'partitions'], rows),
    ...renderFindings(plan, document),
    ...(withMapping ? section('Mapping', [JSON.stringify(mapping, undefined, 2)]) : []),
  ].join('\n');
}

/** Sections on all that is not as usual. */
export function renderFindings(plan: ForeseenPlan, document = planDocument(plan)): string[] {
  const { relations, skipped, dropped, comes_along: comesAlong, lost_values: lost } = document;
  const renamed = relations.flatMap(({ relation, renamed: fields }) =>
    (fields ?? []).map(({ column, field, reason }) => `  ${relation}: column ${column} becomes ${field} (${reason})`),
  );
  return [
    ...section('Keys that are no primary key of the whole', relations.flatMap(describeKey)),
    ...section('Read as a whole at each sync, and compared row by row', relations.flatMap(describeWhole)),
    ...section(
      'Documents that hold rows of other tables',
      drawTrees(plan.relations.map(({ name, relation: { branches = [] } }) => ({ relation: name, branches }))),
    ),
    ...section('Renamed', renamed),
    ...section(
      'Skipped',
      skipped.map(({ relation, reason }) => `  ${relation}: ${reason}`),
    ),
    ...section(
      "Can't be synced: their documents are kept, and the sync ends as failed",
      (document.failed ?? []).map(({ relation, failure }) => `  ${relation}: ${failure.message} → ${failure.remedy}`),
    ),
    ...section(
      'No longer selected: their documents will be deleted',
      dropped.map((name) => `  ${name}`),
    ),
    ...section(
      'Comes along from the old index',
      comesAlong.map((name) => `  ${name}`),
    ),
    ...section(
      'Values that lose',
      lost.map((value) => `  ${describeLost(value)}`),
    ),
    ...section(
      "Changes to what the connector's section index says",
      document.index_changes.map(
        ({ name, is, wanted, takes_rebuild: takesRebuild }) =>
          `  ${name}: ${is ?? 'not set'} → ${wanted}${takesRebuild ? ' (takes --rebuild)' : ''}`,
      ),
    ),
    ...section('In the way of a sync', document.problems.map(describeAdvised)),
    ...describeStream(plan.stream),
    ...section('Warnings', document.warnings.map(describeAdvised)),
    ...section(
      'Notes',
      document.notes.map((note) => `  ${note}`),
    ),
    ...section('Example documents', (document.examples ?? []).flatMap(renderExample)),
  ];
}

function renderExample({ relation, id = '', document, without = '' }: Example): string[] {
  if (document === undefined) return [`  ${relation}: none, ${without}`];
  return [
    `  ${relation}, _id ${id}`,
    ...indentJson(document)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

function streamForesight({ readAgain, ...others }: StreamForesight) {
  return { ...others, read_again: readAgain };
}

/** Changes that are followed between syncs. */
function describeStream(stream: StreamForesight | undefined): readonly string[] {
  if (stream === undefined) return [];
  const { followed, readAgain, left, hurdles } = stream;
  return [
    ...section('Changes that would be followed', hurdles.length > 0 ? [] : followed.map((name) => `  ${name}`)),
    ...section('In the way of following changes', hurdles.map(describeAdvised)),
    ...section(
      'Read again by a sync soon after tables change',
      hurdles.length > 0 ? [] : readAgain.map((relation) => `  ${describeReadAgain(relation)}`),
    ),
    ...section(
      'Changes that wait for schedules',
      left.map(
        ({ relation, reason, remedy }) => `  ${relation}: ${reason}${remedy === undefined ? '' : ` → ${remedy}`}`,
      ),
    ),
  ];
}

function describeAdvised({ message, remedy }: { readonly message: string; readonly remedy: string }): string {
  return `  ${message} → ${remedy}`;
}

function describeWhole({ relation, read_as_whole_because: reason }: PlanRow): string[] {
  return reason === undefined ? [] : [`  ${relation}: ${reason}`];
}

function describeKey(row: PlanRow): string[] {
  const { relation, kind, key = [], key_index: index, key_is_unbacked: isUnbacked, key_is_per_leaf: isPerLeaf } = row;
  const columns = `  ${relation}: (${key.join(', ')})`;
  if (isPerLeaf === true && isUnbacked !== true) {
    return [`${columns} of each of the tables that inherit; rows of two of them that share it become a dead letter`];
  }
  if (index !== undefined) return [`${columns} of the unique index ${index}, since the table has no primary key`];
  if (isUnbacked !== true || (kind !== 'table' && kind !== 'partitioned')) return [];
  return [`${columns} of documents.id_columns; no unique index backs it, so the table is read whole at each sync`];
}

export function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', bold(title), ...lines];
}
