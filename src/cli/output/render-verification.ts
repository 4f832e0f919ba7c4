import type { StoredDeadLetter } from '../../elasticsearch/dead-letters/list-dead-letters';
import { describeLeft } from '../../sync/indices/describe-left';
import { type Difference, type DifferenceKind, DIFFERENCES, type FieldDifference } from '../../verify/difference';
import { countDifferences, isInStep, type Verification } from '../../verify/verification';
import { rejectionDocument } from './render-rejections';
import { renderTable } from './render-table';
import { bold, dim, green, red, yellow } from './terminal';

/** Parts of differences to show. */
export interface ShownDifferences {
  /** Rows' values, beside the names of the fields. */
  readonly values: boolean;
}

/** Differences that people see counted for each relation. */
const SHOWN = ['missing', 'changed', 'extra'] as const;

/** Explanations of the kinds of difference. */
const MEANINGS: Readonly<Record<DifferenceKind, string>> = {
  missing: 'row without a document',
  changed: 'document that is not what its row says',
  extra: 'document without a row',
  outdated: 'letter of a rejected or dropped row that is gone or was indexed since',
};

/** A verification as `verify --json` prints it. */
export function verificationDocument(verification: Verification, show: ShownDifferences) {
  const { connectorId, index, comparedContent, inFlight, foreign, claiming, relations, differences, rejections } =
    verification;
  const { left, orphaned, failed } = verification;
  const count = countDifferences(verification);
  return {
    connector_id: connectorId,
    index,
    ok: isInStep(verification),
    compared_content: comparedContent,
    ...Object.fromEntries(
      (['rows', 'documents', 'rejected', 'dropped', ...DIFFERENCES] as const).map((name) => [
        name,
        relations.reduce((sum, relation) => sum + relation[name], 0),
      ]),
    ),
    ...(inFlight === undefined ? {} : { in_flight: inFlight }),
    duration_ms: Math.round(verification.seconds * 1_000),
    relations,
    foreign,
    ...(claiming.documents === 0 ? {} : { claiming }),
    ...(left === undefined ? {} : { left }),
    ...(orphaned === undefined
      ? {}
      : { orphaned: { dead_letters: orphaned.deadLetters, relations: orphaned.relations } }),
    ...(failed === undefined ? {} : { failed }),
    differences: differences.map((difference) => describeDifference(difference, show)),
    rejections: rejections.map(rejectionDocument),
    ...(count === 0 ? {} : { remedy: remediesOf(verification).join(' ') }),
  };
}

/** A verification for people. */
export function renderVerification(verification: Verification, show: ShownDifferences): string {
  const { connectorId, relations, rejections, differences, seconds } = verification;
  const dropped = relations.reduce((sum, relation) => sum + relation.dropped, 0);
  const columns = ['rows', 'documents', 'rejected', ...(dropped > 0 ? ['dropped' as const] : []), ...SHOWN] as const;
  const rows = relations.map((relation) => [relation.relation, ...columns.map((column) => relation[column])]);
  const compared = relations.reduce((sum, relation) => sum + relation.rows, 0);
  const speed = `${Math.round(compared / Math.max(0.001, seconds)).toLocaleString('en-US')} rows/s`;
  const count = countDifferences(verification);
  const amount = `${compared.toLocaleString('en-US')} rows compared in ${seconds.toFixed(1)} s (${speed})`;
  const summary = `${amount}${countFailed(verification)}`;
  return [
    renderTable(['relation', ...columns], rows),
    ...differences.flatMap((difference) => renderDifference(difference, show)),
    ...(count > differences.length ? [dim(`… and ${(count - differences.length).toLocaleString('en-US')} more`)] : []),
    ...noteRejections(rejections, connectorId),
    ...(dropped > 0 ? [`${yellow('note')} rows that an ingest pipeline drops have no document`] : []),
    ...renderLimits(verification),
    ...noteInFlight(verification),
    ...noteForeign(verification),
    ...renderFailed(verification),
    isInStep(verification)
      ? `${green('✓')} ${connectorId}: no difference; ${summary}`
      : `${red('✗')} ${connectorId}: ${bold(count.toLocaleString('en-US'))} differences; ${summary}`,
    ...remediesOf(verification).map((remedy) => `  → ${remedy}`),
  ].join('\n');
}

function describeDifference({ relation, id, kind, fields }: Difference, { values }: ShownDifferences) {
  const shown = values ? fields : fields?.map(({ field }) => field);
  return { relation, id, kind, ...(shown === undefined ? {} : { fields: shown }) };
}

function renderDifference({ relation, id, kind, fields = [] }: Difference, { values }: ShownDifferences): string[] {
  const names = fields.length === 0 ? '' : `: ${fields.map(describeField).join(', ')}`;
  const lines = values
    ? fields.map(
        ({ field, row = 'nothing', document = 'nothing' }) => `      ${field}: row ${row}, document ${document}`,
      )
    : [];
  return [`  ${red(kind)} ${id} ${dim(`(${relation}: ${MEANINGS[kind]})`)}${names}`, ...lines];
}

/** A field's name; of a list of rows that differs in length also how long it is on either side. */
function describeField({ field, row, document }: FieldDifference): string {
  const [inRow, inDocument] = [countObjects(row), countObjects(document)];
  if (inRow === undefined || inDocument === undefined || inRow === inDocument) return field;
  return `${field} (${inRow} in the tables, ${inDocument} in the document)`;
}

/** @returns undefined for what is no list of objects */
function countObjects(json = ''): number | undefined {
  if (json !== '[]' && !json.startsWith('[{')) return undefined;
  const list: unknown = JSON.parse(json);
  return Array.isArray(list) ? list.length : undefined;
}

function noteRejections(rejections: readonly StoredDeadLetter[], connectorId: string): string[] {
  if (rejections.length === 0) return [];
  return [`${yellow('note')} rejected rows have no document: see pgferry rejected list ${connectorId}`];
}

/** Tables that could not be verified, each with what to do. */
function renderFailed({ failed = [] }: Verification): string[] {
  return failed.flatMap(({ relation, failure }) => [
    `${red('not verified')} ${relation}: ${failure.message}`,
    `  → ${failure.remedy}`,
  ]);
}

function countFailed({ failed = [] }: Verification): string {
  return failed.length === 0 ? '' : `, ${failed.length} ${failed.length === 1 ? 'table' : 'tables'} not verified`;
}

function renderLimits({ comparedContent }: Verification): string[] {
  if (comparedContent) return [];
  return [`${yellow('note')} an ingest pipeline changes the documents: only their presence was compared`];
}

function noteInFlight({ inFlight = 0 }: Verification): string[] {
  if (inFlight === 0) return [];
  return [`${yellow('note')} ${inFlight.toLocaleString('en-US')} rows changed meanwhile, and were on their way`];
}

function noteForeign({ foreign, claiming, index }: Verification): string[] {
  if (foreign === 0) return [];
  const note = `${yellow('note')} ${countDocuments(foreign)} of ${index} are of others, and were not compared`;
  if (claiming.documents === 0) return [note];
  const ids = claiming.ids.map((id) => JSON.stringify(id)).join(', ');
  const more = claiming.documents > claiming.ids.length ? ', …' : '';
  const which = `${countDocuments(claiming.documents)} of them: ${ids}${more}`;
  return [note, `${yellow('note')} syncs count as their own, for the field _relation, ${which}`];
}

function countDocuments(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'document' : 'documents'}`;
}

function describeOrphaned(
  connectorId: string,
  { deadLetters, relations }: NonNullable<Verification['orphaned']>,
): string {
  return (
    `Neither a table nor an index of ${relations.join(', ')} is left: delete their dead letters from ${deadLetters} ` +
    `(_delete_by_query, by connector_id ${connectorId} and relation).`
  );
}

const DELETE_COPIES =
  'Delete the documents of others that carry this connector’s _relation: a copy stands for a document that is missing.';

function remediesOf({ connectorId, relations, claiming, left = [], orphaned }: Verification): string[] {
  // No sync changes what is left of a table that went.
  const gone = new Set([...left.map(({ relation }) => relation), ...(orphaned?.relations ?? [])]);
  const synced = relations.filter(({ relation }) => !gone.has(relation));
  const has = (kind: DifferenceKind) => synced.some((relation) => relation[kind] > 0);
  const healed = has('missing') || has('extra') || has('outdated');
  const what = has('changed') ? 'what is missing, extra or outdated' : 'them';
  const heals = `full sync (pgferry sync ${connectorId}) heals ${what}.`;
  const hidesMissing = claiming.documents > 0 && has('missing');
  const full = hidesMissing ? `${DELETE_COPIES} Then a ${heals}` : `A ${heals}`;
  const changed =
    'A sync corrects changed documents whose rows changed after the last one. Documents that somebody else changed ' +
    `stay as they are until their rows are updated, or the index is rebuilt (pgferry sync ${connectorId} --rebuild).`;
  return [
    ...(healed ? [full] : []),
    ...(has('changed') ? [changed] : []),
    ...left.map((index) => describeLeft(connectorId, index)),
    ...(orphaned === undefined ? [] : [describeOrphaned(connectorId, orphaned)]),
  ];
}
