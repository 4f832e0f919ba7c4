import { writeFile } from 'node:fs/promises';

import { exampleConfiguration } from '../../config/example-configuration';
import { systemErrorCode } from '../../config/problems/system-error-code';
import { SyncFailure } from '../../sync/failures';
import { createTerminal } from '../output/terminal';

/** `pgferry init` */
export async function writeExample(file: string): Promise<void> {
  await writeNew(file, exampleConfiguration());
  createTerminal(false).say(`${file} written. Edit it, then run: pgferry check -c ${file}`);
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
