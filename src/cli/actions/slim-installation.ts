import { systemErrorCode } from '../../config/problems/system-error-code';
import { removeOtherPlatforms } from '../../installation/other-platforms';
import { SyncFailure } from '../../sync/failures';
import { createTerminal } from '../output/terminal';

const MEGABYTE = 1_000_000;

/** `pgferry slim` */
export function slimInstallation(): void {
  const { platforms, bytes } = removeAll();
  const text =
    platforms.length === 0
      ? 'nothing to remove'
      : `removed ${(bytes / MEGABYTE).toFixed(0)} MB for ${platforms.join(', ')}; installing again brings them back`;
  createTerminal(false).say(text);
}

function removeAll() {
  try {
    return removeOtherPlatforms();
  } catch (error) {
    throw new SyncFailure(
      'InvalidConfig',
      `The installation can't be changed (${systemErrorCode(error) ?? String(error)}).`,
      'Run it as the account that installed pgferry.',
    );
  }
}
