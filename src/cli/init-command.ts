import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';

import { exampleConfiguration } from '../config/example-configuration';
import { systemErrorCode } from '../config/problems/system-error-code';
import { SyncFailure } from '../sync/failures';
import { createTerminal } from './output/terminal';

/** `pgferry init`: writes a commented `pgferry.yml`, never over one that is there. */
export function initCommand(): Command {
  return new Command('init')
    .description('write a commented pgferry.yml')
    .argument('[file]', 'where to', 'pgferry.yml')
    .action(async (file: string) => {
      await writeNew(file, exampleConfiguration());
      createTerminal(false).say(`${file} written. Edit it, then run: pgferry check -c ${file}`);
    });
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = systemErrorCode(error);
    const reason = code === 'EEXIST' ? 'is there already' : `can't be written (${code ?? 'unknown error'})`;
    throw new SyncFailure('InvalidConfig', `${file} ${reason}.`, 'Name another file: pgferry init FILE');
  }
}
