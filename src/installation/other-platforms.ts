import { readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The part of Temporal's package that knows which of its programs this machine loads. */
interface Bridge {
  readonly getPrebuiltTargetName: () => string;
}

/** What was removed. */
export interface RemovedPlatforms {
  /** As Temporal names them: `aarch64-apple-darwin`. */
  readonly platforms: readonly string[];
  readonly bytes: number;
}

/**
 * Removes Temporal's native code for other platforms than this one: its package brings that of five, 25 to 30 MB each.
 * The next installation of that package brings it back.
 */
export function removeOtherPlatforms(): RemovedPlatforms {
  const fromWorker = createRequire(require.resolve('@temporalio/worker/package.json'));
  const bridge = dirname(fromWorker.resolve('@temporalio/core-bridge/package.json'));
  const own = (fromWorker(join(bridge, 'common.js')) as Bridge).getPrebuiltTargetName();
  const releases = join(bridge, 'releases');
  const platforms = readdirSync(releases);
  // On a machine whose own is not there, nothing tells which one is of use.
  if (!platforms.includes(own)) return { platforms: [], bytes: 0 };
  const others = platforms.filter((name) => name !== own).map((name) => join(releases, name));
  const bytes = others.flatMap(listFiles).reduce((sum, file) => sum + statSync(file).size, 0);
  for (const folder of others) rmSync(folder, { recursive: true });
  return { platforms: platforms.filter((name) => name !== own), bytes };
}

function listFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
