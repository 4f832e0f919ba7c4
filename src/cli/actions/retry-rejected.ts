import { createTerminal } from '../output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from '../session/load-command-settings';
import { runSync } from '../session/run-sync';
import { selectConnector } from '../session/select-connector';

/**
 * `pgferry rejected retry`: every sync tries rejected rows again, so trying again is an incremental one, which tries rows
 * again, too, that an ingest pipeline dropped. It can't overlap with another sync.
 */
export async function retryRejected(id: string | undefined, options: ConfigurationOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const settings = await loadCommandSettings(options, terminal);
  const connectorId = selectConnector(settings, id);
  const input = { connectorId, jobType: 'incremental', trigger: 'manual', options: { retryDropped: true } } as const;
  process.exitCode = await runSync(settings, input, terminal);
}
