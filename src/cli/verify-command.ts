import { type Command, InvalidArgumentError } from 'commander';

import { createConnectorRegistry } from '../activities/connector/connector-registry';
import { findConnector } from '../config/settings/find-connector';
import { countDifferences } from '../verify/verification';
import { verifyConnector } from '../verify/verify-connector';
import { configuredCommand } from './configured-command';
import { EXIT } from './output/exit-codes';
import { renderVerification, verificationDocument } from './output/render-verification';
import { createTerminal, dim } from './output/terminal';
import { type ConfigurationOptions, loadCommandSettings } from './session/load-command-settings';

interface VerifyCommandOptions extends ConfigurationOptions {
  readonly values?: true;
  readonly limit: number;
}

/** `pgferry verify`: compares every row with its document; changes nothing; exit code 1 on any difference. */
export function verifyCommand(): Command {
  return configuredCommand('verify', 'compare every row with its document: presence, content, and nothing extra')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--values', 'print the values that differ')
    .option('--limit <count>', 'differences to list; all are counted', parseCount, 100)
    .action(async (id: string | undefined, options: VerifyCommandOptions) => {
      const terminal = createTerminal(options.json === true);
      const settings = await loadCommandSettings(options, terminal);
      const connectorId = findConnector(settings, id).id;
      const registry = createConnectorRegistry(settings);
      try {
        const verification = await verifyConnector(registry.open(connectorId), {
          limit: options.limit,
          signal: new AbortController().signal,
          onRelation: ({ relation, rows }) => {
            terminal.say(dim(`${relation}: ${rows.toLocaleString('en-US')} rows compared`));
          },
        });
        const show = { values: options.values === true };
        terminal.result(verificationDocument(verification, show), () => renderVerification(verification, show));
        if (countDifferences(verification) > 0) process.exitCode = EXIT.failed;
      } finally {
        await registry.close();
      }
    });
}

/** A count given on the command line. */
function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new InvalidArgumentError('It must be a whole number.');
  return count;
}
