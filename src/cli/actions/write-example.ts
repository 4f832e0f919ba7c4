import { writeFile } from 'node:fs/promises';

import { exampleConfiguration } from '../../config/example-configuration';
import { systemErrorCode } from '../../config/problems/system-error-code';
import { schemaForEditors } from '../../installation/schema-for-editors';
import { SyncFailure } from '../../sync/failures';
import { createTerminal } from '../output/terminal';

/** `pgferry init` */
export async function writeExample(file: string): Promise<void> {
  const schema = schemaForEditors(file);
  await writeNew(file, exampleConfiguration(schema.path), schema.place);
  createTerminal(false).say(`${file} written. Edit it, then run: pgferry check -c ${file}`);
}

async function writeNew(file: string, text: string, placeSchema: () => Promise<void>): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    await placeSchema();
  } catch (error) {
    const code = systemErrorCode(error);
    const reason = code === 'EEXIST' ? 'is there already' : `can't be written (${code ?? 'unknown error'})`;
    throw new SyncFailure('InvalidConfig', `${file} ${reason}.`, 'Name another file: pgferry init FILE');
  }
}
