import type { Branch } from '../sync/relation';
import { branchSteps, gatheringOf, placeBranches } from './branch-rows';
import type { Gathering } from './projection';

/** What has to be gathered for the rows of a relation, `t`. */
export function listGatherings(branches: readonly Branch[]): Gathering[] {
  return placeBranches(branches, 't', 1).flatMap((placed, position) => {
    const [table] = branchSteps(placed, false);
    return placed.branch.isGathered && table !== undefined ? [{ alias: gatheringOf(position), table }] : [];
  });
}

/** A statement's beginning, and what it joins, so that its rows know the places of rows of other tables. */
export interface GatheredPlaces {
  /** `with … `, empty where there is nothing to gather. */
  readonly before: string;
  /** ` cross join lateral …` behind the rows `t`, whose order it keeps. */
  readonly joins: string;
}

/**
 * Has a statement find the places of other tables' rows by one look at these tables, where no index leads to them. The places
 * are kept in arrays in the order of `t.ctid`: as a join of all rows they could come in any order, and a row that can't be
 * rendered is found by counting those before it.
 * @param source - `from` item of the rows `t`, with what else the condition needs
 */
export function gatherPlaces(gatherings: readonly Gathering[], source: string, condition: string): GatheredPlaces {
  if (gatherings.length === 0) return { before: '', joins: '' };
  const parts = gatherings.map(({ alias, table }) => {
    const [pairs, arrays] = [`${alias}_pairs`, `${alias}_arrays`];
    return {
      queries: [
        `${pairs} as (select t.ctid as root, ${table.alias}.ctid as place, ` +
          `row_number() over (order by t.ctid) as n ` +
          `from ${source} join ${table.rows} as ${table.alias} on ${table.on} where ${condition})`,
        `${arrays} as (select array_agg(s.root order by s.root) as roots, ` +
          `array_agg(s.start order by s.root) || (max(s.stop) + 1) as starts, ` +
          `(select array_agg(p.place order by p.n) from ${pairs} as p) as places ` +
          `from (select root, min(n) as start, max(n) as stop from ${pairs} group by root) as s)`,
      ],
      join:
        `cross join lateral (select case when (select roots from ${arrays})[i.at] = t.ctid ` +
        `then (select places from ${arrays})` +
        `[(select starts from ${arrays})[i.at] : (select starts from ${arrays})[i.at + 1] - 1] end as places ` +
        `from (select width_bucket(t.ctid, (select roots from ${arrays})) as at) as i offset 0) as ${alias}`,
    };
  });
  return {
    before: `with ${parts.flatMap(({ queries }) => queries).join(', ')} `,
    joins: ` ${parts.map(({ join }) => join).join(' ')}`,
  };
}
