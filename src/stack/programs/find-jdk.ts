import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { findCommand, isExecutable } from './find-command';
import { MissingPrerequisites } from './missing-prerequisites';

/** The oldest JDK that Elasticsearch 9 runs on. */
const OLDEST = 21;

/** A Java Development Kit. */
export interface Jdk {
  /** Its `JAVA_HOME`. */
  readonly home: string;
  readonly java: string;
  /** As its file `release` says: `25.0.1`. */
  readonly version: string;
}

/**
 * Finds a JDK that is new enough, also where it is installed beside the default one without being on the PATH.
 *
 * @throws MissingPrerequisites
 */
export async function findJdk(): Promise<Jdk> {
  for (const home of [...knownHomes(), ...(await macHomes())]) {
    const version = readVersion(home);
    if (version !== undefined && Number.parseInt(version, 10) >= OLDEST)
      return { home, java: join(home, 'bin', 'java'), version };
  }
  throw new MissingPrerequisites([
    `a JDK ${OLDEST} or newer for Elasticsearch (Debian: apt install openjdk-21-jdk-headless; macOS: brew ` +
      `install openjdk; set JAVA_HOME if it is somewhere special)`,
  ]);
}

function knownHomes(): string[] {
  const given = process.env['JAVA_HOME'];
  const onPath = ['javac', 'java'].map(homeOnPath).filter((home) => home !== undefined);
  const parents = [
    ...onPath.map((home) => dirname(home)),
    '/usr/lib/jvm',
    '/opt/java',
    join(homedir(), '.sdkman', 'candidates', 'java'),
  ];
  return [
    ...(given === undefined ? [] : [given]),
    ...onPath,
    ...parents.flatMap(listFolders),
    '/opt/homebrew/opt/openjdk',
    '/usr/local/opt/openjdk',
  ];
}

function homeOnPath(name: string): string | undefined {
  const file = findCommand(name);
  return file === undefined ? undefined : dirname(dirname(realpathSync(file)));
}

function listFolders(parent: string): string[] {
  try {
    return readdirSync(parent).map((name) => join(parent, name));
  } catch {
    return [];
  }
}

/** macOS knows its JDKs itself. */
async function macHomes(): Promise<string[]> {
  if (process.platform !== 'darwin') return [];
  const found = await promisify(execFile)('/usr/libexec/java_home', ['-v', `${OLDEST}+`]).catch(() => undefined);
  return found === undefined ? [] : [found.stdout.trim()];
}

/** The version of the JDK in a folder; absent when there is none. Every JDK has a file `release` since 9. */
function readVersion(home: string): string | undefined {
  if (!isExecutable(join(home, 'bin', 'javac'))) return undefined;
  try {
    return /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
