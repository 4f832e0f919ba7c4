import { beginStream, stopStream } from '../../jobs/control-stream';
import { findStream } from '../../jobs/find-stream';
import { SyncFailure } from '../../sync/failures';
import { renderStream, streamDocument } from '../output/render-stream';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { selectConnector } from '../session/select-connector';
import { withTemporal } from '../session/with-temporal';

/** Options of `pgferry follow`. */
export interface FollowOptions extends ConfigurationOptions {
  readonly stop?: true;
}

/** `pgferry follow` */
export function followConnector(id: string | undefined, options: FollowOptions): Promise<void> {
  return withTemporal(options, async ({ client, settings, terminal }) => {
    const connectorId = selectConnector(settings, id);
    if (options.stop === true) {
      const status = await stopStream(client, connectorId);
      terminal.result({ connector_id: connectorId, status }, () => `${connectorId}: ${status}`);
      return;
    }
    const found = settings.connectors.find((connector) => connector.id === connectorId);
    if (found !== undefined && found.continuous === undefined)
      throw new SyncFailure(
        'InvalidConfig',
        `Connector ${connectorId} has no section continuous.`,
        'Add it: `continuous: { mode: stream }`; docs/configuration.md has its keys.',
      );
    await beginStream(client, settings.temporal.taskQueue, connectorId);
    const stream = await findStream(client, connectorId);
    if (stream === undefined) return;
    terminal.result({ connector_id: connectorId, ...streamDocument(stream) }, () => renderStream(connectorId, stream));
  });
}
