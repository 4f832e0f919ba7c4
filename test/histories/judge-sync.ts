import { isDeepStrictEqual } from 'node:util';

import { judgeRelation, passPipelines } from './judge-relation';
import { createMemory, remember } from './memory';
import type { PlainRelation, PlainRow } from './plain-source';
import type { Snapshot } from './snapshot';
import type { SyncCase } from './sync-case';
import type { WorldConnector } from './world';

/** Says what is wrong with a sync, and remembers what it did. */
export function judgeSync(given: SyncCase): string[] {
  const { before, after, outcome, kind, memory } = given;
  const refusal = whyRefused(given);
  if (refusal !== undefined) {
    if (outcome.status === 'completed') return [`completed, although ${refusal}`];
    return judgeUntouched(before, after);
  }
  const isAnew = kind === 'rebuild' || before.concrete.length === 0;
  const { must, may } = foretellFailures(given, isAnew);
  const failed = failedNames(given);
  const problems = [
    ...[...must]
      .filter((name) => !failed.has(name))
      .map((name) => `${name} can't have been synced, and is not said to have failed`),
    ...[...failed]
      .filter((name) => !may.has(name))
      .map((name) => `${name} failed without a reason: ${outcome.type ?? ''} ${outcome.message ?? ''}`),
  ];
  if (failed.size === 0 && outcome.status !== 'completed')
    problems.push(`failed without a reason: ${outcome.type ?? ''} ${outcome.message ?? ''}`);
  if (outcome.status === 'completed' && failed.size > 0) problems.push('completed, although relations failed');
  if (problems.length > 0) return problems;
  if (kind === 'rebuild' && failed.size > 0) return judgeUntouched(before, after);
  const synced = given.plain.filter(({ name, rows }) => rows !== undefined && !failed.has(name));
  if (isAnew) Object.assign(memory, createMemory());
  rememberSpoilt(given);
  problems.push(
    ...synced.flatMap((relation) => judgeRelation(given, relation, isAnew)),
    ...judgeOthers(given, synced, failed),
    ...judgeIndex(given, isAnew),
  );
  for (const relation of synced) remember(memory, relation, after, given.connector);
  return problems;
}

/** Why a sync may do nothing at all. */
function whyRefused({ connector, kind, before }: SyncCase): string | undefined {
  if (before.concrete.length > 1) return 'its alias stands on two indices';
  const strangers = [...before.documents.keys()].filter((id) => !id.startsWith(`${connector.id}:`));
  if (kind === 'rebuild' && strangers.length > 0) return `the rebuild would lose ${strangers.join(', ')}`;
  return undefined;
}

/** Documents of a first bulk that was read back, and found other than they were sent, stay until their rows are synced. */
function rememberSpoilt({ connector, plain, before, after, outcome, memory }: SyncCase): void {
  for (const relation of plain) {
    const report = outcome.relations.find(({ relation: name }) => name === relation.name);
    if (report?.failure?.type !== 'PipelineInterferes') continue;
    for (const [id, { document }] of relation.rows ?? []) {
      const version = after.documents.get(id)?.version;
      const isWritten = version !== undefined && version !== before.documents.get(id)?.version;
      if (isWritten && passPipelines(connector, document, relation).is === 'spoilt') memory.spoilt.set(id, version);
    }
  }
}

function judgeUntouched(before: Snapshot, after: Snapshot): string[] {
  const served = ({ concrete, documents, aliases, settings }: Snapshot) => ({ concrete, documents, aliases, settings });
  return isDeepStrictEqual(served(before), served(after))
    ? []
    : ['what serves was changed, although nothing was to be'];
}

/** The relations that can't be synced, and those that may fail: what is not written passes no pipeline. */
function foretellFailures({ connector, plain, before, memory, kind }: SyncCase, isAnew: boolean) {
  const must = new Set<string>();
  const may = new Set<string>();
  const names = connector.names ?? [...memory.known];
  const readable = new Map(plain.map((relation) => [relation.name, relation]));
  for (const name of names) if (readable.get(name)?.rows === undefined) must.add(name);
  // Documents of a first bulk may be there of one that was never synced.
  for (const { name, rows } of plain) if (rows === undefined && hasDocuments(connector, before, name)) may.add(name);
  // With nothing to read it fails as a whole, and names what is there: what is gone is no reason for that.
  if (plain.every(({ rows }) => rows === undefined)) {
    for (const { name } of plain) may.add(name);
    for (const name of must)
      if (plain.length > 0 && !readable.has(name) && connector.names === undefined) must.delete(name);
  }
  // A rebuild swaps all or nothing: one that can't be completed sends nothing through any pipeline.
  const isBegun = kind !== 'rebuild' || must.size + may.size === 0;
  for (const relation of plain) {
    const { name, rows = new Map<string, PlainRow>(), columns } = relation;
    const conflicts = [...columns].some(([field, type]) => !isAnew && contradicts(before.fields.get(field), type));
    if (conflicts) must.add(name);
    for (const [id, row] of rows) {
      // Rows of tables that inherit are written before it is known that they share a key.
      const isRefused = row.isAmbiguous && relation.isWhole;
      if (isRefused || passPipelines(connector, row.document, relation).is !== 'spoilt') continue;
      may.add(name);
      if (row.isAmbiguous || !isBegun) continue;
      if (isAnew || memory.rows.get(id)?.row !== JSON.stringify(row.document)) must.add(name);
    }
  }
  return { must, may: new Set([...must, ...may]) };
}

function hasDocuments({ id: connectorId }: WorldConnector, { documents }: Snapshot, name: string): boolean {
  return [...documents.keys()].some((id) => id.startsWith(`${connectorId}:${name}:`));
}

const FITTING: Readonly<Record<string, readonly string[]>> = {
  integer: ['integer', 'long'],
  bigint: ['long'],
  text: ['text'],
  jsonb: ['flattened'],
};

function contradicts(mapped: string | undefined, column: string): boolean {
  return mapped !== undefined && FITTING[column]?.includes(mapped) === false;
}

function failedNames({ outcome, connector, plain, memory }: SyncCase): Set<string> {
  const told = outcome.relations.filter(({ failure }) => failure !== undefined).map(({ relation }) => relation);
  if (outcome.status === 'completed' || told.length > 0) return new Set(told);
  const names = [...(connector.names ?? []), ...memory.known, ...plain.map(({ name }) => name)];
  return new Set(
    names.filter((name) => new RegExp(`\\b${name.replace('.', '\\.')}\\b`, 'u').test(outcome.message ?? '')),
  );
}

/** Documents that are of no relation that was synced. */
function judgeOthers(
  { connector, before, after, kind, outcome }: SyncCase,
  synced: readonly PlainRelation[],
  failed: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  const isSynced = (id: string) => synced.some(({ name }) => id.startsWith(`${connector.id}:${name}:`));
  // It was told by what became of the documents of the first bulk, which stay; a row that was refused has a dead letter.
  const isOfFirstBulk = (id: string) =>
    outcome.relations.some(({ relation, failure }) => {
      if (failure?.type !== 'PipelineInterferes') return false;
      return id === 'other' || id.startsWith(`${connector.id}:${relation}:`);
    });
  // Its fields account for it as another connector's, and to count by them is what a sync may do.
  const isClaimedByOther = (claim: unknown) =>
    typeof claim === 'string' && claim.includes('/') && !claim.startsWith(`${connector.id}/`);
  for (const [id, { version, source }] of before.documents) {
    if (isSynced(id) || kind === 'rebuild') continue;
    const isOwn = id.startsWith(`${connector.id}:`);
    const now = after.documents.get(id)?.version;
    if (isOwn && failed.size === 0) {
      if (now !== undefined && kind === 'full' && !isClaimedByOther(source['_relation']))
        problems.push(`${id} is of no relation, and was left`);
    } else if (now !== version && !(isOfFirstBulk(id) && (now !== undefined || after.letters.has(id))))
      problems.push(`${id} was none of this sync's, and was ${now === undefined ? 'deleted' : 'changed'}`);
  }
  for (const id of after.documents.keys())
    if (!before.documents.has(id) && !isSynced(id) && !isOfFirstBulk(id)) problems.push(`${id} came from nowhere`);
  return problems;
}

function judgeIndex({ connector, before, after, kind }: SyncCase, isAnew: boolean): string[] {
  const problems: string[] = [];
  if (before.concrete.length > 0) {
    if (!isDeepStrictEqual(before.aliases, after.aliases))
      problems.push(`aliases were ${JSON.stringify(before.aliases)}, and are ${JSON.stringify(after.aliases)}`);
    if (!isDeepStrictEqual(before.settings, after.settings))
      problems.push(`settings were ${JSON.stringify(before.settings)}, and are ${JSON.stringify(after.settings)}`);
  }
  if (kind === 'rebuild' && isAnew && isDeepStrictEqual(before.concrete, after.concrete))
    problems.push('the rebuild made no index');
  const left = after.beside.filter(
    (name) => !after.concrete.includes(name) && !name.startsWith(`${connector.index}-two`),
  );
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`);
  return problems;
}
