import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/client';

import { readFailureDetails } from '../../src/sync/wire/failure-details';
import { verifyConnector } from '../../src/verify/verify-connector';
import type { ConnectorWorker } from '../support/connector-worker';
import { act, insertRows } from './act';
import type { Action, History, Step } from './history';
import { judgeSync } from './judge-sync';
import { judgeVerification } from './judge-verification';
import { createMemory, type Memory } from './memory';
import { readPlainly } from './plain-source';
import { takeSnapshot } from './snapshot';
import type { Outcome } from './sync-case';
import { createWorld, type Ground, type World, type WorldConnector } from './world';

/** What happened in a history, line by line, and what was wrong with pgferry's verdicts. */
export interface Story {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** How long a lock is held while a sync runs. */
const LOCK_MS = 700;

/** Plays a history to its end, or to the first verdict that is wrong. */
export async function runHistory(ground: Ground, worker: ConnectorWorker, history: History): Promise<Story> {
  const world = await createWorld(ground, history);
  const memories = new Map(world.connectors.map(({ id }) => [id, createMemory()]));
  const lines: string[] = [
    `tables: ${history.kinds.join(', ')}, selected by ${history.selects}; second connector: ${history.second}`,
  ];
  const problems: string[] = [];
  try {
    await insertRows(world, history.rows);
    for (const step of history.steps) {
      for (const action of orderActions(step)) lines.push(`  ${action.do}: ${await act(world, action)}`);
      const connector = world.connectors[step.connector] ?? world.connectors[0];
      const stage = { world, worker, connector, memory: memories.get(connector.id) ?? createMemory() };
      problems.push(...(await playStep(stage, step, lines)));
      if (problems.length > 0) break;
    }
  } finally {
    await world.close();
  }
  return { lines, problems };
}

/** Locks come last: nothing but a sync is to wait for one. */
function orderActions({ actions }: Step): readonly Action[] {
  const isLock = (action: Action) => action.do === 'hold a lock';
  return [...actions.filter((action) => !isLock(action)), ...actions.filter(isLock)];
}

interface Stage {
  readonly world: World;
  readonly worker: ConnectorWorker;
  readonly connector: WorldConnector;
  readonly memory: Memory;
}

async function playStep(stage: Stage, { sync: kind }: Step, lines: string[]): Promise<string[]> {
  const { world, connector, memory } = stage;
  // A lock keeps the judge waiting, too: what was verified before a sync is verified without.
  const isLocked = world.hasLock();
  const problems = isLocked ? [] : (await verify(stage)).map((problem) => `before the sync: ${problem}`);
  const before = await takeSnapshot(world, connector);
  const outcome = await runSync(stage, kind);
  const after = await takeSnapshot(world, connector);
  const plain = await readPlainly(world, connector);
  lines.push(`${kind} sync of ${connector.id}: ${describeOutcome(outcome)}`);
  const judged = judgeSync({ connector, kind, before, after, plain, outcome, memory });
  const verified = (await verify(stage)).map((problem) => `after the sync: ${problem}`);
  return [...problems, ...judged, ...verified];
}

async function runSync({ world, worker, connector }: Stage, kind: Step['sync']): Promise<Outcome> {
  await worker.open(connector.id, world.settingsOf(connector));
  const options = kind === 'rebuild' ? { rebuild: true } : {};
  const released = world.hasLock() ? sleep(LOCK_MS).then(world.releaseLocks) : undefined;
  try {
    const jobType = kind === 'incremental' ? 'incremental' : 'full';
    const report = await worker.sync({ connectorId: connector.id, jobType, options });
    return { status: report.status, relations: report.relations };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const { relations = [] } = readFailureDetails(error.details);
    return { status: 'failed', type: error.type ?? '', message: error.message, relations };
  } finally {
    await released;
  }
}

async function verify({ world, worker, connector, memory }: Stage): Promise<string[]> {
  const registry = await worker.open(connector.id, world.settingsOf(connector));
  const now = await takeSnapshot(world, connector);
  const plain = await readPlainly(world, connector);
  const said = await verifyConnector(await registry.open(connector.id), {
    limit: 10,
    signal: new AbortController().signal,
  }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  return judgeVerification({ connector, now, plain, memory, said });
}

function describeOutcome({ status, type, message, relations }: Outcome): string {
  const counts = relations.map(
    ({ relation, indexed, unchanged, deleted, rejected, failure }) =>
      `${relation} +${indexed} =${unchanged} -${deleted} !${rejected}${failure === undefined ? '' : ` ${failure.type}`}`,
  );
  return `${status}${type === undefined ? '' : ` (${type}: ${message ?? ''})`}; ${counts.join(', ')}`;
}
