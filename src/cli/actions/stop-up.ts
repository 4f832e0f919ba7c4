import { stopUp } from '../../up/detached-up';
import { createTerminal } from '../output/terminal';
import { dataFolderOf } from './run-up';

/** `pgferry down` */
export async function stopRunningUp(options: { readonly data?: string }): Promise<void> {
  const folder = dataFolderOf(options);
  createTerminal(false).say((await stopUp(folder)) ? 'stopped' : `no pgferry up runs with the folder ${folder}`);
}
