import type { Client as Elasticsearch } from '@elastic/elasticsearch';

import { startPgsync } from '../../test/support/pgsync';
import type { Bench } from '../bench';
import { FOLLOWED } from '../data-sets';
import { type FollowFigure, MARKS, SECONDS, toDelays } from './follow-figure';
import { watchFound } from './watch-found';
import { writeChanges } from './write-changes';

const INDEX = 'bench-pgsync-followed';
const OFFERED = [100, 1_000, 5_000] as const;
/** Milliseconds until pgsync follows, and after which the rest of what was written isn't waited for. */
const BEGIN_MS = 180_000;
const LONGEST_MS = 120_000;

/** The same changes by pgsync's daemon, which is skipped by name where it can't be had. */
export async function measurePgsyncFollowing(
  { stage, follow, say }: Bench,
  elasticsearch: Elasticsearch,
): Promise<void> {
  const database = new URL(stage.database).pathname.slice(1);
  try {
    await elasticsearch.indices.delete({ index: INDEX, ignore_unavailable: true });
    const schema = [{ database, index: INDEX, nodes: { table: FOLLOWED.name } }];
    const pgsync = await startPgsync({ database: stage.database, elasticsearch: stage.elasticsearch, schema });
    try {
      await pgsync.bootstrap();
      const daemon = pgsync.follow();
      await measureOne(elasticsearch, stage.database, { base: 50 * MARKS, offered: 1, longestMs: BEGIN_MS });
      for (const [place, offered] of OFFERED.entries()) {
        const request = { base: (51 + place) * MARKS, offered, longestMs: LONGEST_MS };
        const figure = await measureOne(elasticsearch, stage.database, request);
        follow.figures.push(figure);
        say(`${figure.id}: ${Math.round(figure.rate)} rows/s, found after ${Math.round(figure.found?.p50 ?? NaN)} ms`);
      }
      await daemon.stop();
      await pgsync.teardown();
    } finally {
      await pgsync.close();
    }
  } catch (error) {
    say(`pgsync, following: skipped: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function measureOne(
  elasticsearch: Elasticsearch,
  database: string,
  { base, offered, longestMs }: { readonly base: number; readonly offered: number; readonly longestMs: number },
): Promise<FollowFigure> {
  const watch = watchFound(elasticsearch, INDEX, base);
  const started = performance.now();
  try {
    const { committedAt } = await writeChanges(database, { base, rowsPerSecond: offered, seconds: SECONDS });
    // What it has not done by then counts by its rate.
    await watch.until(committedAt.length, longestMs).catch(() => undefined);
    const foundAt = watch.foundAt();
    if (foundAt.length === 0) throw new Error(`none of ${committedAt.length} changes was found`);
    return {
      id: `pgsync-${offered}`,
      what: `pgsync, ${offered.toLocaleString('en-US')} rows a second`,
      rate: (foundAt.length / ((foundAt.at(-1) ?? NaN) - started)) * 1_000,
      found: toDelays(foundAt.map((at, row) => at - (committedAt[row] ?? NaN))),
    };
  } finally {
    await watch.stop();
  }
}
