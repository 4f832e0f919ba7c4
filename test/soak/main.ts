import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { drawScript, type ScriptChoices } from './draw-script';
import { FAULT_NAMES } from './faults';
import { measureMemory, renderMemory } from './measure-memory';
import { ACTIVITIES } from './moment';
import { describeScript, listProblems, RoundFailure, type RoundResult, runRound, type Script } from './round';
import { setStage, type Stage } from './stage';
import { SYNC_FLAGS, type SyncKind } from './sync-kind';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    rows: { type: 'string' },
    memory: { type: 'boolean', default: false },
    fault: { type: 'string' },
    kind: { type: 'string' },
    activity: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pgferry-soak-'));
  // PostgreSQL may run under another account.
  chmodSync(folder, 0o755);
  try {
    await (values.memory ? compareMemory(folder) : runRounds(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints what a worker needs for a small and for a large table. */
async function compareMemory(folder: string): Promise<void> {
  const sizes = (values.rows ?? '1000000,5000000').split(',').map(Number);
  const stage = await setStage(folder, 0);
  try {
    for (const rows of sizes) say(renderMemory(await measureMemory(stage, rows)));
  } finally {
    await stage.clear();
  }
}

async function runRounds(folder: string): Promise<void> {
  const [rounds, seed, rows] = [Number(values.rounds), Number(values.seed), Number(values.rows ?? 200_000)];
  const choices = readChoices();
  say(`soak: ${rounds} rounds from seed ${seed}, ${rows} rows; servers in ${folder}`);
  const stage = await setStage(folder, rows);
  const started = performance.now();
  let failed = 0;
  let done = 0;
  try {
    for (let begin = true; done < rounds; done += 1) {
      const script = drawScript(seed + done, begin ? { kind: 'new', ...choices } : choices);
      say(`round ${done + 1}: ${describeScript(script)}`);
      begin = !(await passesRound(stage, script));
      if (!begin) continue;
      failed += 1;
      process.exitCode = 1;
      if (!values['keep-going']) break;
    }
  } finally {
    const minutes = (performance.now() - started) / 60_000;
    say(`${done} rounds in ${minutes.toFixed(1)} minutes, ${failed} with differences or problems`);
    await stage.clear();
  }
}

async function passesRound(stage: Stage, script: Script): Promise<boolean> {
  try {
    const result = await runRound(stage, script);
    say(describeResult(result));
    const problems = listProblems(result);
    if (problems.length === 0) return true;
    say(`  FAILED: ${problems.join('; ')}`);
    say(JSON.stringify(result.comparison, (_, value: unknown) => (Array.isArray(value) ? value.slice(0, 10) : value)));
    say(result.workerOutput.slice(-20_000));
  } catch (error) {
    if (!(error instanceof RoundFailure)) throw error;
    say(`  FAILED: ${error.stack ?? ''}\n${error.workerOutput.slice(-20_000)}`);
  }
  return false;
}

function readChoices(): ScriptChoices {
  return {
    ...pickChoice('fault', FAULT_NAMES),
    ...pickChoice('kind', Object.keys(SYNC_FLAGS) as SyncKind[]),
    ...pickChoice('activity', ACTIVITIES),
  };
}

/** An option that says what else would be drawn. */
function pickChoice<Name extends 'fault' | 'kind' | 'activity', Value extends string>(
  name: Name,
  known: readonly Value[],
): { readonly [Key in Name]?: Value } {
  const value = values[name];
  if (value === undefined) return {};
  if (!known.includes(value as Value)) throw new Error(`--${name} is one of: ${known.join(', ')}`);
  return { [name]: value } as { readonly [Key in Name]?: Value };
}

function describeResult({ struck, sync, retries, writes, last, comparison }: RoundResult): string {
  const faults = struck.map((what) => what ?? 'its moment never came').join('; ');
  const { rows, documents, missing, extra, different } = comparison;
  return [
    `  ${faults}`,
    `  sync ${sync.seconds.toFixed(1)} s, ${retries} retries, ${sync.indexed} indexed, ${sync.deleted} deleted; ${writes.commits} commits, ${writes.failures} broken off`,
    `  last ${last.seconds.toFixed(1)} s, ${last.indexed} indexed, ${last.deleted} deleted; ${rows} rows, ${documents} documents, ${missing.length} missing, ${extra.length} extra, ${different.length} different`,
  ].join('\n');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
