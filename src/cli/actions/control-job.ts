import { CANCELLING, controlSync, type JobVerb } from '../../jobs/control-sync';
import type { ConfigurationOptions } from '../session/load-command-settings';
import { selectConnector } from '../session/select-connector';
import { withTemporal } from '../session/with-temporal';

/** `pgferry jobs cancel|pause|resume` */
export function controlJob(verb: JobVerb, id: string | undefined, options: ConfigurationOptions): Promise<void> {
  return withTemporal(options, async ({ client, settings, terminal }) => {
    const connectorId = id ?? selectConnector(settings, id);
    const status = await controlSync(client, connectorId, verb);
    const more = status === CANCELLING ? ', as soon as a worker takes it up: `pgferry worker` starts one' : '';
    terminal.result(
      { connector_id: connectorId, action: verb, status },
      () => `sync of ${connectorId}: ${status}${more}`,
    );
  });
}
