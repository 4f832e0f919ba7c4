import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { renderTable as renderRows } from '../src/cli/output/render-table';
import { runStatements } from '../test/support/run-statements';
import { ACTIONS, measureActions } from './actions/measure-actions';
import { ACTIONS_HEAD, renderActions } from './actions/render-actions';
import type { Bench } from './bench';
import { FOLLOWED, MANY_TABLES, ORDERS, SHAPES } from './data-sets';
import { describeRun } from './describe-run';
import { judgeFollow } from './follow/judge-follow';
import { FOLLOW, measureFollow } from './follow/measure-follow';
import { FOLLOW_HEAD, renderFollow } from './follow/render-follow';
import { measureCeilings } from './measure-ceilings';
import { measureNested } from './measure-nested';
import { measureOrders } from './measure-orders';
import { measureShapes } from './measure-shapes';
import { CLUSTERED, SCATTERED, treeOf } from './nested-sets';
import { measurePeers } from './peers';
import { compareWithBaseline, saveBaseline } from './regression-gate';
import { renderChart } from './render-chart';
import { renderPage } from './render-page';
import { renderSection, replaceSection } from './render-section';
import { renderTable } from './render-table';
import { findSection } from './sections';
import { readVersions, setStage } from './stage';
import { judgeTargets } from './targets';

/** What logical decoding needs of PostgreSQL: streams and pgsync follow it. */
const LOGICAL = { wal_level: 'logical' } as const;

const DOCS = join(__dirname, '..', 'docs');
const PAGE = join(DOCS, 'performance.md');

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    samples: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    peers: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const lanes = [1, 4].map((concurrency) => ({ id: `orders-${concurrency}`, tables: 'orders', concurrency }));
  const connectors = [ORDERS, ...SHAPES, MANY_TABLES].map(({ name, tables }) => ({ id: name, tables }));
  say('starting servers …');
  const trees = [CLUSTERED, SCATTERED].map((set) => ({
    ...{ id: set.name, tables: set.name, documents: { nested: treeOf(set) } },
  }));
  const followed = {
    ...{ id: FOLLOWED.name, tables: FOLLOWED.name, documents: { field_names: 'plain' } },
    continuous: { refresh_interval: '200ms' },
  };
  const stage = await setStage([...connectors, ...lanes, ...trees, followed], LOGICAL);
  try {
    const rows = Number(values.rows);
    const only = values.only.split(',').filter((id) => id !== '');
    const bench: Bench = {
      stage,
      rows,
      samples: Number(values.samples),
      only,
      figures: [],
      follow: { figures: [] },
      actions: [],
      say,
    };
    try {
      await measureAll(bench);
    } catch (error) {
      // What was measured before took many minutes.
      say(renderTable(bench.figures));
      throw error;
    }
    await report(bench);
  } finally {
    await stage.clear();
  }
}

async function measureAll(bench: Bench): Promise<void> {
  const { stage, rows, only } = bench;
  if (only.length === 1 && only[0] === FOLLOW) {
    await measureFollow(bench, values.peers);
    return;
  }
  if (only.length === 1 && only[0] === ACTIONS) {
    await measureActions(bench);
    return;
  }
  say(`making ${rows} orders …`);
  await runStatements(stage.database, [...ORDERS.create(rows), 'vacuum analyze']);
  const ceiling = await measureCeilings(bench, ORDERS.name);
  await measureOrders(bench, ceiling);
  await measureShapes(bench);
  await measureNested(bench, values.peers);
  await measureFollow(bench, values.peers);
  await measureActions(bench);
  if (values.peers) await measurePeers(bench, ORDERS.name);
}

/** Prints the figures; they become docs/performance.md, or are compared with those of the run that did. */
async function report(bench: Bench): Promise<void> {
  const { figures, follow, actions } = bench;
  const targets = [...judgeTargets(figures), ...judgeFollow(follow)];
  if (values.json) process.stdout.write(`${JSON.stringify({ figures, follow, actions, targets })}\n`);
  else {
    if (figures.length > 0) process.stdout.write(`${renderTable(figures)}\n`);
    if (follow.figures.length > 0)
      process.stdout.write(`${renderRows(FOLLOW_HEAD, follow.figures.map(renderFollow))}\n`);
    if (actions.length > 0) process.stdout.write(`${renderRows(ACTIONS_HEAD, actions.map(renderActions))}\n`);
  }
  for (const { what, limit, value, isMet } of targets)
    say(`${isMet ? '✓' : '✗'} ${what} ${limit}: ${value.toFixed(3)}`);
  if (values.check) {
    const worse = compareWithBaseline(figures);
    for (const line of worse) say(`worse than the baseline: ${line}`);
    if (worse.length > 0) process.exitCode = 1;
  } else await writePage(bench);
}

/** A run of one section alone replaces it. */
async function writePage(bench: Bench): Promise<void> {
  const { figures, only, stage } = bench;
  const provenance = describeRun(await readVersions(stage));
  const section = findSection(bench);
  if (section !== undefined) {
    writeFileSync(PAGE, replaceSection(readFileSync(PAGE, 'utf8'), section, renderSection(section, provenance)));
  } else if (only.length === 0) {
    mkdirSync(join(DOCS, 'images'), { recursive: true });
    writeFileSync(PAGE, renderPage(bench, provenance));
    writeFileSync(join(DOCS, 'images', 'performance.svg'), renderChart(figures));
    saveBaseline(figures);
  }
}

/** Progress; only results go to standard output. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

void main();
