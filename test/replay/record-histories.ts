import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

import { startTemporal } from '../../src/stack/servers/start-temporal';
import type { RecordedRun } from './recorder';
import { SCENARIOS } from './scenarios';
import { trimHistory } from './trim-history';

const FOLDER = join(__dirname, 'histories');

/** A history of so many events suggests to continue as new: short enough to commit. */
const SUGGEST_EVENTS = 40;

/** `npm run record-histories`: runs the workflows as they are now and keeps their histories for the replay tests. */
async function main(): Promise<void> {
  const server = await startTemporal({ dynamicConfig: [`limit.historyCount.suggestContinueAsNew=${SUGGEST_EVENTS}`] });
  process.env['TEMPORAL_ADDRESS'] = server.url;
  try {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER);
    for (const [name, record] of Object.entries(SCENARIOS)) writeRuns(name, await record());
  } finally {
    await server.stop();
  }
}

function writeRuns(name: string, runs: readonly RecordedRun[]): void {
  for (const [index, { workflowId, history }] of runs.entries()) {
    const file = join(FOLDER, `${name}${index === 0 ? '' : `-${index + 1}`}.json`);
    const trimmed = trimHistory(JSON.parse(historyToJSON(history)));
    writeFileSync(file, `${JSON.stringify({ workflowId, history: trimmed })}\n`);
    process.stderr.write(`${file}: ${history.events?.length ?? 0} events\n`);
  }
}

void main().then(() => process.exit());
