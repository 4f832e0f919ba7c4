import fc from 'fast-check';

import { startConnectorWorker } from '../support/connector-worker';
import { elasticsearchUrl } from '../support/elasticsearch';
import { startIngestNode } from '../support/ingest-node/start-ingest-node';
import { createDatabase } from '../support/postgres';
import { drawHistories, type History, type Theme } from './history';
import { runHistory, type Story } from './run-history';
import { createRole, type Ground } from './world';

/** Which histories are played. */
export interface HistoriesOptions {
  readonly count: number;
  /** Of the first one; each that follows has the next number. */
  readonly seed: number;
  readonly without?: readonly Theme[];
  /** Seconds for which a history that shows a wrong verdict is cut down to a short one. 0 for as it is. */
  readonly shrinkSeconds: number;
  /** Goes on after a wrong verdict. */
  readonly keepGoing?: boolean;
  readonly say: (line: string) => void;
}

/** What came of them. */
export interface HistoriesResult {
  readonly played: number;
  readonly syncs: number;
  /** Seeds of histories with a wrong verdict. */
  readonly wrong: readonly number[];
}

/** A line is said after so many histories. */
const PROGRESS = 25;

/** Plays histories one after the other against the servers that the environment names. */
export async function runHistories(options: HistoriesOptions): Promise<HistoriesResult> {
  const { count, seed, shrinkSeconds, keepGoing = false, say } = options;
  const stand = await openStand();
  const wrong: number[] = [];
  let [played, syncs] = [0, 0];
  try {
    for (let next = seed; next < seed + count; next += 1) {
      const told = await playOne(stand, next, options.without ?? [], shrinkSeconds);
      played += 1;
      syncs += told.history.steps.length;
      if (played % PROGRESS === 0) say(`${played} histories, ${syncs} syncs, ${wrong.length} wrong`);
      if (told.story.problems.length === 0) continue;
      wrong.push(next);
      say(tellStory(next, told, options.without ?? []));
      if (!keepGoing) break;
    }
  } finally {
    await stand.close();
  }
  return { played, syncs, wrong };
}

interface Stand {
  readonly play: (history: History) => Promise<Story>;
  readonly close: () => Promise<void>;
}

async function openStand(): Promise<Stand> {
  const [database, node, worker] = await Promise.all([
    createDatabase(),
    startIngestNode(elasticsearchUrl()),
    startConnectorWorker(),
  ]);
  const role = await createRole(database);
  const id = database.name.replace('_', '-');
  const ground: Ground = { database, ingestUrl: node.url, role, ids: [id, `${id}-two`] };
  return {
    play: (history) => runHistory(ground, worker, history),
    close: async () => {
      await worker.stop();
      await node.close();
      await database.sql(`drop schema if exists a cascade; drop schema if exists b cascade; drop role ${role.name}`);
      await database.drop();
    },
  };
}

interface Played {
  readonly history: History;
  readonly story: Story;
}

/** Plays the history of a seed; one that shows a wrong verdict is played again, ever shorter, while it still does. */
async function playOne(stand: Stand, seed: number, without: readonly Theme[], shrinkSeconds: number): Promise<Played> {
  let last: Played | undefined;
  let deadline: number | undefined;
  const property = fc.asyncProperty(drawHistories(without), async (history) => {
    // What is left of the time is for the next shorter one.
    if (deadline !== undefined && Date.now() > deadline) return true;
    const story = await stand.play(history);
    if (story.problems.length === 0) {
      last ??= { history, story };
      return true;
    }
    deadline ??= Date.now() + shrinkSeconds * 1_000;
    last = { history, story };
    return false;
  });
  await fc.check(property, { seed, numRuns: 1, unbiased: true, endOnFailure: shrinkSeconds === 0 });
  if (last === undefined) throw new Error('no history was played');
  return last;
}

function tellStory(seed: number, { history, story }: Played, without: readonly Theme[]): string {
  const left = without.length === 0 ? '' : ` --without ${without.join(',')}`;
  return [
    `history ${seed}: a wrong verdict`,
    ...story.lines.map((line) => `  ${line}`),
    ...story.problems.map((problem) => `  WRONG: ${problem}`),
    `  as data: ${JSON.stringify(history)}`,
    `  again: npm run histories -- --seed ${seed} --count 1${left}`,
  ].join('\n');
}
