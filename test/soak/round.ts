import { createWorker } from '../support/restarted-worker';
import { compareAll, type Comparison, countDifferences } from './compare';
import { type FaultName, FAULTS } from './faults';
import { calmIndices } from './index-faults';
import { awaitMoment, describeMoment, type Moment } from './moment';
import { createRandom } from './random';
import type { Route } from './route';
import { deleteIndices, findLeftovers, type Stage } from './stage';
import { SYNC_FLAGS, type SyncKind } from './sync-kind';
import { readHistory, startSync, type SyncOutcome } from './sync-run';
import { verifyByCommand } from './verify';
import { startWriters, type WriterTotals } from './writers';

/** What happens in a round; all of it drawn from its seed. */
export interface Script {
  readonly seed: number;
  readonly kind: SyncKind;
  readonly faults: readonly { readonly name: FaultName; readonly moment: Moment }[];
  /** The sync after the writers have stopped. */
  readonly last: 'full' | 'incremental' | 'rebuild';
  readonly writers: number;
}

/** How a round went. */
export interface RoundResult {
  readonly script: Script;
  /** What each fault did; undefined for one whose moment never came. */
  readonly struck: readonly (string | undefined)[];
  readonly sync: SyncOutcome;
  readonly retries: number;
  readonly writes: WriterTotals;
  readonly last: SyncOutcome;
  readonly comparison: Comparison;
  readonly problems: readonly string[];
  readonly workerOutput: string;
}

/** Runs a round: a sync under writers and faults, then a last one in peace, then the comparison. */
export async function runRound(stage: Stage, script: Script): Promise<RoundResult> {
  const random = createRandom(script.seed ^ 0x5eed);
  const environment = stage.environment(routeOf(script));
  const worker = createWorker(stage.configuration, environment);
  if (script.kind === 'new') await deleteIndices(stage);
  await worker.start();
  const writers = startWriters(stage.database, script.writers, random.fork());
  try {
    const sync = startSync(stage.configuration, SYNC_FLAGS[script.kind], environment);
    const strikes = Promise.all(
      script.faults.map(async ({ name, moment }) => {
        const own = random.fork();
        if (!(await awaitMoment(moment, sync, stage.temporal))) return undefined;
        return FAULTS[name].strike({ ...stage, worker }, own);
      }),
    );
    // A fault that outlives the sync is waited for, too.
    const [outcome, struck] = await Promise.all([sync.outcome, strikes]);
    const { retries } = await readHistory(stage.temporal, sync);
    const writes = await writers.stop();
    const mayEnd = script.faults.flatMap(({ name }) => FAULTS[name].mayEnd ?? []);
    const problems = [
      ...judgeSync('sync', outcome, mayEnd),
      ...(worker.isAlive() ? [] : ['the worker has ended by itself']),
    ];
    await calmIndices(stage.servers.elasticsearch.url, stage.index);
    const last = await startSync(stage.configuration, SYNC_FLAGS[script.last], environment).outcome;
    const comparison = await compareAll(stage.database, stage.servers.elasticsearch.url, stage.index);
    problems.push(...judgeSync('last sync', last), ...judgeCounts(last, comparison));
    problems.push(...(await findLeftovers(stage)), ...(await verifyByCommand(stage)));
    return {
      script,
      struck,
      sync: outcome,
      retries,
      writes,
      last,
      comparison,
      problems,
      workerOutput: worker.output(),
    };
  } catch (error) {
    throw new RoundFailure(worker.output(), error);
  } finally {
    await writers.stop();
    await worker.stop();
  }
}

/** A round that did not come to its comparison. */
export class RoundFailure extends Error {
  override readonly name = 'RoundFailure';

  constructor(
    readonly workerOutput: string,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** A network fault needs the proxies; where it does not matter, servers are reached as they are. */
function routeOf({ faults }: Script): Route {
  return faults.some(({ name }) => FAULTS[name].route === 'proxied') ? 'proxied' : 'direct';
}

function judgeSync(which: string, { status, error, rejected }: SyncOutcome, mayEnd: readonly string[] = []): string[] {
  const isRight = status === 'completed' || mayEnd.includes(error?.type ?? '');
  return [
    ...(isRight ? [] : [`the ${which} ${status}: ${error?.type ?? ''} ${error?.message ?? ''}`]),
    ...(rejected === 0 ? [] : [`the ${which} rejected ${rejected}`]),
  ];
}

/** In peace a sync's counts are exact. */
function judgeCounts({ relations }: SyncOutcome, { rows, documents }: Comparison): string[] {
  const problems = relations.flatMap(({ relation, read, indexed, unchanged, rejected }) =>
    read === indexed + unchanged + rejected
      ? []
      : [`${relation}: read ${read}, but ${indexed} + ${unchanged} + ${rejected}`],
  );
  return rows === documents ? problems : [...problems, `${rows} rows, ${documents} documents`];
}

/** Describes a script so that it can be told from others and repeated. */
export function describeScript({ seed, kind, faults, last }: Script): string {
  const list = faults.map(({ name, moment }) => `${name} at ${describeMoment(moment)}`).join(' and ');
  return `seed ${seed}: ${kind} sync, ${list}; then ${last}`;
}

/** Everything that is wrong after a round; empty when all is well. */
export function listProblems({ problems, comparison }: RoundResult): string[] {
  const count = countDifferences(comparison);
  return count === 0 ? [...problems] : [...problems, `${count} differences`];
}
