import { type Command, InvalidArgumentError } from 'commander';

import type { VerifyOptions } from './actions/verify-documents';
import { configuredCommand } from './configured-command';

/** `pgferry verify`: compares every row with its document; changes nothing; exit code 1 on any difference. */
export function verifyCommand(): Command {
  return configuredCommand('verify', 'compare every row with its document: presence, content, and nothing extra')
    .argument('[connector]', 'connector_id; may be left out when there is one only')
    .option('--values', 'print the values that differ')
    .option('--limit <count>', 'differences to list; all are counted', parseCount, 100)
    .action(async (id: string | undefined, options: VerifyOptions) => {
      const { verifyDocuments } = await import('./actions/verify-documents.js');
      await verifyDocuments(id, options);
    });
}

/** A count given on the command line. */
function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new InvalidArgumentError('It must be a whole number.');
  return count;
}
