import { createConnectorRegistry } from '../../activities/connector/connector-registry';
import { isInStep } from '../../verify/verification';
import { verifyConnector } from '../../verify/verify-connector';
import { EXIT } from '../output/exit-codes';
import { workAloud } from '../output/notices';
import { renderVerification, verificationDocument } from '../output/render-verification';
import { createTerminal, dim } from '../output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from '../session/load-command-settings';
import { selectConnector } from '../session/select-connector';

/** Options of `pgferry verify`. */
export interface VerifyOptions extends ConfigurationOptions {
  readonly values?: true;
  /** Differences to list. */
  readonly limit: number;
}

/** `pgferry verify` */
export async function verifyDocuments(id: string | undefined, options: VerifyOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const settings = await loadCommandSettings(options, terminal);
  const connectorId = selectConnector(settings, id);
  const registry = createConnectorRegistry(settings);
  try {
    const connector = await registry.open(connectorId);
    const verify = () =>
      verifyConnector(connector, {
        limit: options.limit,
        signal: new AbortController().signal,
        onRelation: ({ relation, rows }) => {
          terminal.say(dim(`${relation}: ${rows.toLocaleString('en-US')} rows compared`));
        },
        onLookAgain: (differences) => {
          terminal.say(
            dim(`looking again at ${differences.toLocaleString('en-US')} that changes on their way may explain`),
          );
        },
      });
    const verification = await workAloud(terminal, connectorId, verify);
    const show = { values: options.values === true };
    terminal.result(verificationDocument(verification, show), () => renderVerification(verification, show));
    if (!isInStep(verification)) process.exitCode = EXIT.failed;
  } finally {
    await registry.close();
  }
}
