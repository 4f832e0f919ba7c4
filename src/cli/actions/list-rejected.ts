import { createConnectorRegistry } from '../../activities/connector/connector-registry';
import type { Settings } from '../../config/settings/settings';
import { countDeadLetters } from '../../elasticsearch/dead-letters/count-dead-letters';
import { listDeadLetters, type StoredDeadLetter } from '../../elasticsearch/dead-letters/list-dead-letters';
import { deadLetterIndexName } from '../../elasticsearch/index/index-names';
import { rejectionDocument, renderRejections, type UnindexedRows } from '../output/render-rejections';
import { createTerminal } from '../output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from '../session/load-command-settings';
import { selectConnector } from '../session/select-connector';

/** `pgferry rejected list` */
export async function listRejected(id: string | undefined, options: ConfigurationOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const settings = await loadCommandSettings(options, terminal);
  const connectorId = selectConnector(settings, id);
  const rows = await readUnindexed(settings, connectorId);
  const { rejected, dropped, droppedCount } = rows;
  const document = {
    connector_id: connectorId,
    rejected: rejected.length,
    rows: rejected.map(rejectionDocument),
    dropped: droppedCount,
    dropped_rows: dropped.map(rejectionDocument),
  };
  terminal.result(document, () => renderRejections(connectorId, rows));
}

async function readUnindexed(settings: Settings, connectorId: string): Promise<UnindexedRows> {
  const registry = createConnectorRegistry(settings);
  try {
    const { elasticsearch, settings: connector } = await registry.open(connectorId);
    const index = deadLetterIndexName({ index: connector.indexName, deadLetters: connector.deadLetters });
    const counts = await countDeadLetters(elasticsearch, index, connectorId);
    const rejected: StoredDeadLetter[] = [];
    for await (const page of listDeadLetters(elasticsearch, index, { connectorId, kind: 'rejected' }))
      rejected.push(...page);
    let dropped: readonly StoredDeadLetter[] = [];
    for await (const page of listDeadLetters(elasticsearch, index, { connectorId, kind: 'dropped' })) {
      dropped = page;
      break;
    }
    return { rejected, dropped, droppedCount: [...counts.values()].reduce((sum, count) => sum + count.dropped, 0) };
  } finally {
    await registry.close();
  }
}
