import { Command } from 'commander';

import { createConnectorRegistry } from '../activities/connector/connector-registry';
import { findConnector } from '../config/settings/find-connector';
import type { Settings } from '../config/settings/settings';
import { listDeadLetters, type StoredDeadLetter } from '../elasticsearch/dead-letters/list-dead-letters';
import { deadLetterIndexName } from '../elasticsearch/index/index-names';
import { configuredCommand } from './configured-command';
import { rejectionDocument, renderRejections } from './output/render-rejections';
import { createTerminal } from './output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from './session/load-command-settings';
import { runSync } from './session/run-sync';

/** `pgferry rejected`: rows that Elasticsearch refuses, or that PostgreSQL can't give. */
export function rejectedCommand(): Command {
  return new Command('rejected')
    .description('rows that could not be synced: their dead letters')
    .addCommand(listCommand())
    .addCommand(retryCommand());
}

function listCommand(): Command {
  return configuredCommand('list', 'list the rejected rows of a connector, with the reasons and without values')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .action(async (id: string | undefined, options: ConfigurationOptions) => {
      const terminal = createTerminal(options.json === true);
      const settings = await loadCommandSettings(options, terminal);
      const connectorId = findConnector(settings, id).id;
      const letters = await readLetters(settings, connectorId);
      const document = { connector_id: connectorId, rejected: letters.length, rows: letters.map(rejectionDocument) };
      terminal.result(document, () => renderRejections(connectorId, letters));
    });
}

/** Every sync tries rejected rows again, so trying again is an incremental one: it can't overlap with another sync. */
function retryCommand(): Command {
  return configuredCommand('retry', 'try rejected rows again now, by an incremental sync')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .action(async (id: string | undefined, options: ConfigurationOptions) => {
      const terminal = createTerminal(options.json === true);
      const settings = await loadCommandSettings(options, terminal);
      const connectorId = findConnector(settings, id).id;
      process.exitCode = await runSync(settings, { connectorId, jobType: 'incremental', trigger: 'manual' }, terminal);
    });
}

async function readLetters(settings: Settings, connectorId: string): Promise<StoredDeadLetter[]> {
  const registry = createConnectorRegistry(settings);
  try {
    const { elasticsearch, settings: connector } = registry.open(connectorId);
    const letters: StoredDeadLetter[] = [];
    const index = deadLetterIndexName(connector.indexName);
    for await (const page of listDeadLetters(elasticsearch, index, { connectorId })) letters.push(...page);
    return letters;
  } finally {
    await registry.close();
  }
}
