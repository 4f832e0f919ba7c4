import { checkConnector } from '../../activities/check/check-connector';
import { createConnectorRegistry, type OpenConnector } from '../../activities/connector/connector-registry';
import { planSync } from '../../activities/plan/plan-sync';
import type { Settings } from '../../config/settings/settings';
import { loadSampleData } from '../../stack/sample-data/load-sample-data';
import type { StackAddresses } from '../../stack/servers/stack-addresses';
import { EXIT } from '../output/exit-codes';
import { renderPlan } from '../output/render-plan';
import { bold, dim, green, type Terminal } from '../output/terminal';
import { runSync } from '../session/run-sync';
import { changeRows } from './change-rows';
import { demoUrl } from './demo-settings';
import { searchDemo } from './search-demo';

const SYNC = { connectorId: 'demo', jobType: 'full' } as const;

/**
 * Loads, checks, plans, syncs, searches, changes and syncs again.
 * @returns the exit code
 */
export async function takeTour(settings: Settings, addresses: StackAddresses, terminal: Terminal): Promise<number> {
  const databaseUrl = demoUrl(addresses.postgres?.url ?? '');
  const registry = createConnectorRegistry(settings);
  try {
    const connector = await registry.open(SYNC.connectorId);
    const heading = (text: string) => {
      terminal.say(`\n${bold(text)}`);
    };
    heading('Sample data');
    await loadSampleData(databaseUrl, {
      progress: (line) => {
        terminal.say(`  ${line}`);
      },
    });
    heading('pgferry check demo');
    await check(connector, terminal);
    heading('pgferry plan demo');
    terminal.say(renderPlan(await planSync(connector, { jobType: 'full', jobId: 'planned', options: {} })));
    heading('pgferry sync demo');
    const first = await runSync(settings, SYNC, terminal);
    if (first !== EXIT.done) return first;
    heading('Search');
    await searchDemo(connector, terminal, 'first');
    heading('Now 2 rows are inserted, 1 is updated and 1 deleted');
    await changeRows(databaseUrl);
    const second = await runSync(settings, SYNC, terminal);
    if (second !== EXIT.done) return second;
    await searchDemo(connector, terminal, 'changed');
    sayWhere(addresses, terminal);
    return EXIT.done;
  } finally {
    await registry.close();
  }
}

async function check(connector: OpenConnector, terminal: Terminal): Promise<void> {
  const { problems } = await checkConnector(connector);
  for (const { message, remedy } of problems) terminal.say(`  ${message}\n  → ${remedy}`);
  if (problems.length === 0) terminal.say(`  ${green('✓')} PostgreSQL, Elasticsearch, tables and mapping are fine`);
}

function sayWhere({ elasticsearch, temporal }: StackAddresses, terminal: Terminal): void {
  terminal.say(`\n${green('✓')} The index search-demo is in step with the database.`);
  terminal.say(`  Temporal UI     ${temporal?.ui_url ?? dim(`of the server at ${temporal?.address ?? ''}`)}`);
  terminal.say(`  Elasticsearch   ${elasticsearch?.url ?? ''}/search-demo/_search`);
}
