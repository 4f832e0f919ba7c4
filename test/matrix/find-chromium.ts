import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROGRAM = '/usr/bin/chromium';

/** The path of Debian's Chromium, which is installed where it is missing: it takes root. */
export function findChromium(): string {
  if (!existsSync(PROGRAM)) {
    execFileSync('apt-get', ['update'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], { stdio: 'ignore' });
  }
  return PROGRAM;
}
