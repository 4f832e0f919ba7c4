import { createConnectorRegistry } from '../../activities/connector/connector-registry';
import { findConnector } from '../../config/settings/find-connector';
import type { Settings } from '../../config/settings/settings';
import { listDeadLetters, type StoredDeadLetter } from '../../elasticsearch/dead-letters/list-dead-letters';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { rejectionDocument, renderRejections } from '../output/render-rejections';
import { createTerminal } from '../output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from '../session/load-command-settings';

/** `pgferry rejected list` */
export async function listRejected(id: string | undefined, options: ConfigurationOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const settings = await loadCommandSettings(options, terminal);
  const connectorId = findConnector(settings, id).id;
  const letters = await readLetters(settings, connectorId);
  const document = { connector_id: connectorId, rejected: letters.length, rows: letters.map(rejectionDocument) };
  terminal.result(document, () => renderRejections(connectorId, letters));
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
