import fc from 'fast-check';

import { parseState, replaceState } from '../../../../src/elasticsearch/index/state-format';
import { changedSince } from '../../../../src/postgres/server/changed-since';
import { fuzzing } from '../../../support/fuzz';

const AGE = String.raw`age\('\d+'::xid\)`;
const CONDITION = new RegExp(String.raw`^\(?(?:(?: or )?age\(t\.xmin\) between (?:0|${AGE}) and ${AGE})+\)?$`, 'u');

const unseen = { next: '1300', open: [['1234', '1240'] as const] };
const relation = { watermark: '1234', unseen, definition: 'd', leaves: { 16384: 16384 }, rule: 'r', version: 7 };
const state = {
  connectors: {
    shop: {
      version: 7,
      source: { systemIdentifier: '1', database: 'shop', timeline: 1 },
      lastCommit: { transaction: '740', committedAt: '2026-01-01 00:00:00.123+00' },
      relations: { 'public.a': relation, 'public.b': {} },
      followed: { 'public.a': { definition: 'd', since: 6 }, 'public.b': { definition: 'e' } },
    },
  },
  restore: { 'index.refresh_interval': null, 'index.number_of_replicas': '1' },
};

const hostile = fc.oneof(
  fc.constantFrom("0'::xid) or true --", '1e9', '-1', '', '٣', '9'.repeat(40), '2026-01-01', 'infinity'),
  fc.jsonValue({ maxDepth: 2 }),
);
/** A state with another value in one place. */
const changed = fc.tuple(fc.nat(), hostile).map(([at, value]) => {
  const tree = structuredClone(state) as unknown;
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit(child);
    }
  };
  visit(tree);
  const [node, key] = places[at % places.length] ?? [];
  if (node !== undefined && key !== undefined) node[key] = value;
  return tree;
});

describe('what pgferry keeps in the index, where others may write', () => {
  test('is read as it was written', () => {
    expect(parseState(replaceState({ other: 1 }, state))).toEqual(state);
  });

  test('reaches PostgreSQL as numbers and times only, whatever somebody put there', () => {
    fc.assert(
      fc.property(changed, (pgferry) => {
        for (const { version, source, lastCommit, relations } of Object.values(parseState({ pgferry }).connectors)) {
          expect(Number.isSafeInteger(version)).toBe(true);
          if (source !== undefined) expect(typeof source.systemIdentifier).toBe('string');
          if (lastCommit !== undefined) expect(Number.isNaN(Date.parse(lastCommit.committedAt))).toBe(false);
          for (const { watermark, unseen, leaves = {} } of Object.values(relations)) {
            if (watermark !== undefined)
              expect(changedSince({ watermark, ...(unseen === undefined ? {} : { unseen }) })).toMatch(CONDITION);
            for (const node of Object.values(leaves)) expect(Number.isSafeInteger(node)).toBe(true);
          }
        }
      }),
      fuzzing('state of an index'),
    );
  });

  test('never forgets a relation that it names, so that its documents are not taken for those of none', () => {
    const relations = { 'public.a': { watermark: 'x' }, 'public.b': 7 };
    const pgferry = { connectors: { shop: { version: 1, relations } } };
    const damaged = { unproven: true };
    expect(parseState({ pgferry }).connectors['shop']?.relations).toEqual({ 'public.a': damaged, 'public.b': damaged });
  });

  test('a claim that cannot be read is one of another definition, so that what a stream wrote is copied again', () => {
    const followed = { 'public.a': { definition: 'd', since: 'x' }, 'public.b': 7 };
    const pgferry = { connectors: { shop: { version: 1, relations: {}, followed } } };
    const unknown = { definition: '' };
    expect(parseState({ pgferry }).connectors['shop']?.followed).toEqual({ 'public.a': unknown, 'public.b': unknown });
  });
});
