import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PACKAGE_ROOT } from '../../installation/package-root';
import { cacheDirectory } from '../processes/cache-directory';
import { runToEnd } from '../processes/run-to-end';
import type { Supervisor } from '../processes/supervisor';
import { buildOnce } from './build-once';
import { findCommand, isExecutable } from './find-command';
import { findJdk, type Jdk } from './find-jdk';
import { findAll, MissingPrerequisites } from './missing-prerequisites';
import { sayElapsed } from './say-elapsed';

/** Folder of what Elasticsearch is built from. */
export const ELASTICSEARCH_RECIPE = join(PACKAGE_ROOT, 'stack', 'elasticsearch');

/** Elasticsearch as built from the recipe, or where it will be built, with what runs it. */
export interface ElasticsearchProgram {
  readonly jdk: Jdk;
  /** Folder in the cache; its name holds a hash of the recipe. */
  readonly home: string;
  readonly recipe: string;
  /** Builds it; absent when it is built already. */
  readonly maven?: string;
}

/**
 * @param cache - Folder of what was built.
 * @param recipe - that of another version
 * @throws MissingPrerequisites
 */
export async function findElasticsearch(
  cache = cacheDirectory(),
  recipe = ELASTICSEARCH_RECIPE,
): Promise<ElasticsearchProgram> {
  const home = join(cache, `elasticsearch-${await hashRecipe(recipe)}`);
  if (existsSync(home)) return { home, recipe, jdk: await findJdk() };
  const [jdk, maven] = await findAll<[Jdk, string]>([findJdk(), findMaven()]);
  return { home, recipe, jdk, maven };
}

/**
 * Builds Elasticsearch unless it is in the cache.
 *
 * @returns the path of `elasticsearch-node.jar`
 */
export async function buildElasticsearch(program: ElasticsearchProgram, log: (line: string) => void): Promise<string> {
  const { home, recipe, maven, jdk } = program;
  if (maven !== undefined && !existsSync(home)) {
    log('Elasticsearch: downloading and building (once, about a minute) …');
    const build = async (scratch: string, supervisor: Supervisor) => {
      await runToEnd(supervisor, {
        file: maven,
        args: ['-q', '-B', '-f', join(recipe, 'pom.xml'), 'package', `-Doutput=${join(scratch, 'output')}`],
        directory: scratch,
        env: { JAVA_HOME: jdk.home },
        logFile: join(scratch, 'maven.log'),
      });
      const built = (await readdir(join(scratch, 'output'))).find((name) => name.startsWith('elasticsearch-'));
      return join(scratch, 'output', built ?? 'elasticsearch');
    };
    await sayElapsed('Elasticsearch: downloading and building', log, () => buildOnce(home, build));
  }
  return join(home, 'elasticsearch-node.jar');
}

// eslint-disable-next-line @typescript-eslint/require-await -- searched beside others, which do wait
async function findMaven(): Promise<string> {
  const given = ['MAVEN_HOME', 'M2_HOME'].map((name) => process.env[name]).filter((home) => home !== undefined);
  const found = given.map((home) => join(home, 'bin', 'mvn')).find(isExecutable) ?? findCommand('mvn');
  if (found !== undefined) return found;
  throw new MissingPrerequisites([
    'Maven, to build Elasticsearch (Debian: apt install maven; macOS: brew install maven)',
  ]);
}

/** Names the build after its sources: a changed recipe is built anew, beside the old one. */
async function hashRecipe(recipe: string): Promise<string> {
  const entries = await readdir(join(recipe, 'src'), { recursive: true, withFileTypes: true });
  const sources = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of [join(recipe, 'pom.xml'), ...sources.sort()]) {
    hash
      .update(file.slice(recipe.length))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 12);
}
