import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Jdk } from './find-jdk';

/** Options of the JVM for class data sharing, which halves the start of Elasticsearch. */
export interface ClassSharing {
  readonly flags: readonly string[];
  /** The archive that this start uses. */
  readonly used?: string;
  /** Files that the JVM writes when it stops, and their places afterwards. */
  readonly keepOnStop: Readonly<Record<string, string>>;
}

/** Without a word on classes that can't be shared: they are loaded as ever. */
const QUIET = ['-Xshare:auto', '-Xlog:cds*=off'];

/**
 * Uses the archive of loaded classes when there is one; else this run writes one when it stops, into its own folder
 * first, so that no start ever reads a half-written one. An archive is good for one JDK and one set of plugins.
 */
export function shareClasses(elasticsearchHome: string, jdk: Jdk, variant: string, serverHome: string): ClassSharing {
  const key = createHash('sha256').update(`${jdk.home} ${jdk.version} ${variant}`).digest('hex').slice(0, 12);
  const archive = join(elasticsearchHome, `classes-${key}.jsa`);
  if (existsSync(archive)) {
    return { flags: [...QUIET, `-XX:SharedArchiveFile=${archive}`], used: archive, keepOnStop: {} };
  }
  const fresh = join(serverHome, 'classes.jsa');
  return { flags: [...QUIET, `-XX:ArchiveClassesAtExit=${fresh}`], keepOnStop: { [fresh]: archive } };
}
