import { isDeepStrictEqual } from 'node:util';

import type { Verification } from '../../src/verify/verification';
import type { Memory } from './memory';
import type { PlainRelation } from './plain-source';
import type { Snapshot } from './snapshot';
import type { WorldConnector } from './world';

/** What a verification is judged by. */
export interface VerificationCase {
  readonly connector: WorldConnector;
  readonly now: Snapshot;
  readonly plain: readonly PlainRelation[];
  readonly memory: Memory;
  /** What pgferry said, or why it could not. */
  readonly said: Verification | Error;
}

/** Says what is wrong with a verification. */
export function judgeVerification({ connector, now, plain, memory, said }: VerificationCase): string[] {
  const names = connector.names ?? [];
  const unreadable = plain.filter(({ rows }) => rows === undefined).map(({ name }) => name);
  const isLost = names.length > 0 ? unreadable.length > 0 : plain.every(({ rows }) => rows === undefined);
  const isRefused = said instanceof Error;
  if (now.concrete.length !== 1) return isRefused ? [] : ['verify did not say that it could not'];
  if (isRefused) return isLost ? [] : [`verify failed: ${said.message}`];
  const found = findDifferences({ connector, now, plain, memory }, said.comparedContent);
  const isWrong = said.relations.some(
    ({ missing, changed, extra, outdated }) => missing + changed + extra + outdated > 0,
  );
  const problems: string[] = [];
  if (isWrong !== found.length > 0)
    problems.push(
      `verify says ${isWrong ? 'not ok' : 'ok'}, and there is ${found.length === 0 ? 'nothing' : found.join('; ')}. It says ${JSON.stringify(said.differences)}`,
    );
  const isPlayed = Object.keys(connector.pipelines).length > 0;
  if (isPlayed && said.comparedContent) problems.push('verify compared what a pipeline changes');
  if (!isWrong && problems.length === 0)
    for (const { relation, rows, documents, rejected, ...others } of said.relations) {
      const dropped = 'dropped' in others ? others.dropped : 0;
      const counted = plain.find(({ name }) => name === relation)?.rows;
      const distinct = counted === undefined ? 0 : [...counted.values()].length;
      if (documents + rejected + dropped !== distinct)
        problems.push(
          `verify: ${relation} has ${rows} rows, ${documents} documents, ${rejected} rejected, ${dropped} dropped; there are ${distinct} keys`,
        );
    }
  return problems;
}

function findDifferences(
  { connector, now, plain, memory }: Omit<VerificationCase, 'said'>,
  comparesContent: boolean,
): string[] {
  const rows = new Map(plain.flatMap((relation) => [...(relation.rows ?? [])]));
  const found: string[] = [];
  for (const [id, { document, isAmbiguous }] of rows) {
    const kept = now.documents.get(id);
    const letter = now.letters.get(id);
    if (kept === undefined && letter === undefined) found.push(`missing ${id}`);
    if (kept !== undefined && letter !== undefined) found.push(`outdated ${id}`);
    if (kept !== undefined && isAmbiguous) found.push(`ambiguous ${id}`);
    if (kept === undefined || !comparesContent) continue;
    const { _bucket, _id_hash: idHash, _fingerprint, ...others } = kept.source;
    const shown = Object.fromEntries(Object.entries(others).filter(([field]) => field !== '_timestamp'));
    const own = { _bucket, _id_hash: idHash, ...(_fingerprint === undefined ? {} : { _fingerprint }) };
    const remembered = memory.rows.get(id);
    const isOwnKept =
      remembered === undefined || Object.keys(remembered.own).length === 0 || isDeepStrictEqual(own, remembered.own);
    const isSpoilt = memory.spoilt.get(id) === kept.version;
    if (isSpoilt || !isDeepStrictEqual(shown, document) || (!isOwnKept && remembered.row === JSON.stringify(document)))
      found.push(`changed ${id}`);
  }
  for (const id of now.documents.keys())
    if (id.startsWith(`${connector.id}:`) && !rows.has(id)) found.push(`extra ${id}`);
  for (const id of now.letters.keys()) if (!rows.has(id)) found.push(`outdated ${id}`);
  return found;
}
