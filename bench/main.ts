import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { runStatements } from '../test/support/run-statements';
import type { Bench } from './bench';
import { MANY_TABLES, ORDERS, SHAPES } from './data-sets';
import { measureCeilings } from './measure-ceilings';
import { measureNested } from './measure-nested';
import { measureOrders } from './measure-orders';
import { measureShapes } from './measure-shapes';
import { CLUSTERED, SCATTERED, treeOf } from './nested-sets';
import { measurePeers, PEER_SETTINGS } from './peers';
import { compareWithBaseline, saveBaseline } from './regression-gate';
import { renderChart } from './render-chart';
import { renderPage } from './render-page';
import { renderTable } from './render-table';
import { readVersions, setStage } from './stage';
import { judgeTargets } from './targets';

const DOCS = join(__dirname, '..', 'docs');

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
  const stage = await setStage([...connectors, ...lanes, ...trees], values.peers ? PEER_SETTINGS : {});
  try {
    const rows = Number(values.rows);
    const only = values.only.split(',').filter((id) => id !== '');
    const bench: Bench = { stage, rows, samples: Number(values.samples), only, figures: [], say };
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
  const { stage, rows } = bench;
  say(`making ${rows} orders …`);
  await runStatements(stage.database, [...ORDERS.create(rows), 'vacuum analyze']);
  const ceiling = await measureCeilings(bench, ORDERS.name);
  await measureOrders(bench, ceiling);
  await measureShapes(bench);
  await measureNested(bench, values.peers);
  if (values.peers) await measurePeers(bench, ORDERS.name);
}

/** Prints the figures; a run of everything becomes docs/performance.md, or is compared with the one that did. */
async function report(bench: Bench): Promise<void> {
  const { figures, only, stage } = bench;
  const targets = judgeTargets(figures);
  process.stdout.write(values.json ? `${JSON.stringify({ figures, targets })}\n` : `${renderTable(figures)}\n`);
  for (const { what, limit, value, isMet } of targets)
    say(`${isMet ? '✓' : '✗'} ${what} ${limit}: ${value.toFixed(3)}`);
  if (values.check) {
    const worse = compareWithBaseline(figures);
    for (const line of worse) say(`worse than the baseline: ${line}`);
    if (worse.length > 0) process.exitCode = 1;
  } else if (only.length === 0) {
    mkdirSync(join(DOCS, 'images'), { recursive: true });
    writeFileSync(join(DOCS, 'performance.md'), renderPage(bench, await readVersions(stage)));
    writeFileSync(join(DOCS, 'images', 'performance.svg'), renderChart(figures));
    saveBaseline(figures);
  }
}

/** Progress; only results go to standard output. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

void main();
