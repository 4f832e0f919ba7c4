import { isDeepStrictEqual } from 'node:util';

import type { PlainRelation, PlainRow } from './plain-source';
import { foretell, type PlayedOutcome } from './played-pipeline';
import type { KeptDocument, Snapshot } from './snapshot';
import type { SyncCase } from './sync-case';
import type { WorldConnector } from './world';

/** What the pipelines that work on the connector's documents make of one. */
export function passPipelines(
  { pipelines }: WorldConnector,
  document: PlainRow['document'],
  { isWhole }: PlainRelation,
): PlayedOutcome {
  const first = pipelines.connector ?? pipelines.default;
  const start = isWhole ? { ...document, _fingerprint: 0 } : document;
  const between: PlayedOutcome = first === undefined ? { is: 'stored', document: start } : foretell(first, start);
  if (pipelines.final === undefined || between.is === 'dropped' || between.is === 'refused') return between;
  const last = foretell(pipelines.final, between.is === 'stored' ? between.document : start);
  // Elasticsearch lets no final pipeline change the index.
  if (last.is === 'spoilt' && 'field' in pipelines.final.work && pipelines.final.work.field === '_index')
    return { is: 'refused' };
  return between.is === 'spoilt' && last.is === 'stored' ? between : last;
}

/** Says what is wrong with a relation's documents, and with what the report tells of them. */
export function judgeRelation(given: SyncCase, relation: PlainRelation, isAnew: boolean): string[] {
  return [...judgeRows(given, relation, isAnew), ...judgeReport(given, relation, isAnew)];
}

function judgeRows(given: SyncCase, relation: PlainRelation, isAnew: boolean): string[] {
  const { connector, before, after, memory } = given;
  const { name, rows = NO_ROWS } = relation;
  const problems: string[] = [];
  if (hidesDeletions(given, relation)) return problems;
  for (const [id, { document, isAmbiguous }] of rows) {
    const remembered = memory.rows.get(id);
    const [kept, letter] = [after.documents.get(id), after.letters.get(id)];
    if (kept !== undefined && letter !== undefined) problems.push(`${id} has a document and a dead letter`);
    const is =
      kept !== undefined ? 'stored' : letter === undefined ? 'missing' : letter.isDropped ? 'dropped' : 'refused';
    // What did not change need not be sent again, whatever a pipeline would make of it by now; what one dropped must be.
    const isSame = remembered?.row === JSON.stringify(document) && remembered.was === is;
    const isSettled = is !== 'dropped' || remembered?.pipelines === JSON.stringify(connector.pipelines);
    const wasLeft = !isAnew && isSame && isSettled;
    if (wasLeft && kept?.version === before.documents.get(id)?.version) continue;
    const played: PlayedOutcome = isAmbiguous ? { is: 'refused' } : passPipelines(connector, document, relation);
    if (is === 'missing' && isHiddenByCopy(given, relation, id)) continue;
    if (is !== played.is) problems.push(`${id} is ${is}, and should be ${played.is}`);
    else if (played.is === 'stored' && kept !== undefined && !matches(kept.source, played.document))
      problems.push(`${id} is ${JSON.stringify(kept.source)}, and should be ${JSON.stringify(played.document)}`);
  }
  const strays = [...ofRelation(connector, name, after), ...lettersOf(name, after)].filter((id) => !rows.has(id));
  return [...problems, ...strays.map((id) => `${id} has no row`)];
}

/**
 * An incremental sync compares ids where there are not as many documents as rows: as many deleted by somebody else as
 * rows are gone, and it sees nothing.
 */
function hidesDeletions(
  { connector, before, memory, kind }: SyncCase,
  { name, rows = NO_ROWS }: PlainRelation,
): boolean {
  if (kind !== 'incremental') return false;
  const there = claimsOf(connector, name, before).map(([id]) => id);
  const isWritten = ([id, { document }]: [string, PlainRow]) => memory.rows.get(id)?.row !== JSON.stringify(document);
  const afterwards = new Set([...there, ...[...rows].filter(isWritten).map(([id]) => id)]);
  const isRight = [...afterwards].every((id) => rows.has(id));
  return there.length > 0 && afterwards.size === rows.size && !isRight;
}

/**
 * Ids are compared by sums of their hashes, which are fields of the documents: somebody's copy of a document that is
 * deleted stands for it.
 */
function isHiddenByCopy({ connector, before, memory, kind }: SyncCase, { name }: PlainRelation, id: string): boolean {
  const hash = memory.rows.get(id)?.own['_id_hash'];
  const isCopy = ([other, { source }]: [string, KeptDocument]) => other !== id && source['_id_hash'] === hash;
  return kind !== 'rebuild' && hash !== undefined && claimsOf(connector, name, before).some(isCopy);
}

/** Documents that are the relation's by their fields. */
function claimsOf({ id }: WorldConnector, name: string, { documents }: Snapshot): [string, KeptDocument][] {
  return [...documents].filter(([, { source }]) => source['_relation'] === `${id}/${name}`);
}

const NO_ROWS: ReadonlyMap<string, PlainRow> = new Map();

function ofRelation({ id: connectorId }: WorldConnector, name: string, { documents }: Snapshot): string[] {
  return [...documents.keys()].filter((id) => id.startsWith(`${connectorId}:${name}:`));
}

function lettersOf(name: string, { letters }: Snapshot, isDropped?: boolean): string[] {
  const found = [...letters].filter(([, letter]) => letter.relation === name);
  return found.flatMap(([id, letter]) => (letter.isDropped === (isDropped ?? letter.isDropped) ? [id] : []));
}

function judgeReport(
  { connector, before, after, outcome }: SyncCase,
  { name, rows = NO_ROWS }: PlainRelation,
  isAnew: boolean,
): string[] {
  const report = outcome.relations.find(({ relation }) => relation === name);
  if (report === undefined) return [`${name} is not in the report`];
  const { read, indexed, unchanged, deleted, rejected } = report;
  const dropped = 'dropped' in report ? report.dropped : 0;
  const isWritten = (id: string) => isAnew || after.documents.get(id)?.version !== before.documents.get(id)?.version;
  const hasNone = (id: string) => !rows.has(id) || after.letters.get(id)?.isDropped === true;
  const isGone = (id: string) => !isAnew && hasNone(id) && !after.documents.has(id);
  const was = {
    indexed: ofRelation(connector, name, after).filter(isWritten).length,
    deleted: ofRelation(connector, name, before).filter(isGone).length,
    rejected: lettersOf(name, after, false).reduce((sum, id) => sum + (rows.get(id)?.count ?? 0), 0),
    dropped: lettersOf(name, after, true).length,
  };
  const told = { indexed, deleted, rejected, dropped };
  const wrong = isDeepStrictEqual(told, was)
    ? []
    : [`${name}: told ${JSON.stringify(told)}, was ${JSON.stringify(was)}`];
  const sum = indexed + unchanged + rejected + dropped;
  return read === sum ? wrong : [...wrong, `${name}: ${read} rows read, ${sum} accounted for`];
}

const HIDDEN = ['_timestamp', '_bucket', '_id_hash', '_fingerprint'];

/** Whether a document is the expected one, and has the fields that only pgferry can fill. */
function matches(source: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>): boolean {
  const strip = (document: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(document).filter(([field]) => !HIDDEN.includes(field)));
  const { _timestamp, _bucket, _id_hash: idHash } = source;
  const isComplete = typeof _timestamp === 'string' && typeof _bucket === 'number' && typeof idHash === 'number';
  return isComplete && isDeepStrictEqual(strip(source), strip(expected));
}
