import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { SyncFailure } from '../../sync/failures';
import { type LocalServer, type ServerOptions, ServerStartFailure, startServer } from '../processes/local-server';
import { readLog } from '../processes/run-to-end';
import { openServerHome, type ServerHome } from '../processes/server-home';
import { startAtFreePorts } from '../processes/start-at-free-ports';
import type { ServerCommand } from '../processes/supervisor';
import { type ClassSharing, shareClasses } from '../programs/class-archive';
import { buildElasticsearch, type ElasticsearchProgram, findElasticsearch } from '../programs/elasticsearch-program';

/** Options of {@link startElasticsearch}. */
export interface ElasticsearchOptions extends ServerOptions {
  /**
   * The JVM's `-Xmx`.
   * @default '512m'
   */
  readonly heap?: string;
  /**
   * Users, API keys and privileges; `certificate` and `key` are PEM files and turn on HTTPS.
   * @default off
   */
  readonly security?: ElasticsearchSecurity;
  /**
   * Folder of what was built.
   * @default the user's
   */
  readonly cache?: string;
  /**
   * Folder of what it is built from.
   * @default the version that pgferry brings along
   */
  readonly recipe?: string;
  /** Further settings: `{ 'http.max_content_length': '2mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

type OptionsWithPort = ElasticsearchOptions & { readonly port: number };

/** Security of a node, with the password of its superuser `elastic` (6 characters or more). */
export interface ElasticsearchSecurity {
  readonly password: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/**
 * Starts an Elasticsearch node on the loopback interface, building it first where the cache has none.
 *
 * @throws MissingPrerequisites, ServerStartFailure
 */
export async function startElasticsearch(options: ElasticsearchOptions = {}): Promise<LocalServer> {
  const program = await findElasticsearch(options.cache, options.recipe);
  const jar = await buildElasticsearch(program, options.log ?? (() => undefined));
  return startAtFreePorts([options.port], async ([port]) => {
    try {
      return await startOnce(program, jar, { ...options, port });
    } catch (error) {
      if (!(error instanceof BrokenArchive)) throw error;
      await rm(error.archive, { force: true });
      return startOnce(program, jar, { ...options, port });
    }
  });
}

/** The node ended at once, and the archive of classes may be why. */
class BrokenArchive extends Error {
  constructor(
    readonly archive: string,
    cause: unknown,
  ) {
    super('Elasticsearch did not start with its class archive', { cause });
  }
}

async function startOnce(program: ElasticsearchProgram, jar: string, options: OptionsWithPort): Promise<LocalServer> {
  const home = await openServerHome('elasticsearch', options.dataDir);
  const variant = options.security === undefined ? 'open' : 'secured';
  const sharing = shareClasses(program.home, program.jdk, variant, home.path);
  const command = elasticsearchCommand(program, jar, home, sharing, options);
  let url = '';
  const isReady = async () => (url = readReadyUrl(await readLog(home.logFile))) !== '';
  try {
    const server = await startServer('Elasticsearch', home, command, isReady, 120_000);
    return { ...server, url, port: Number(new URL(url).port) };
  } catch (error) {
    await home.supervisor.close();
    throw explainFailure(error, sharing);
  }
}

/** The launcher says in one line why it gives up; when it says nothing, the JVM itself failed. */
function explainFailure(error: unknown, { used }: ClassSharing): unknown {
  if (!(error instanceof ServerStartFailure)) return error;
  const reason = /^elasticsearch-node: (.*)$/m.exec(error.output)?.[1];
  if (reason !== undefined) return new SyncFailure('LocalStack', `Elasticsearch: ${reason}`);
  return used === undefined ? error : new BrokenArchive(used, error);
}

function elasticsearchCommand(
  { jdk }: ElasticsearchProgram,
  jar: string,
  home: ServerHome,
  sharing: ClassSharing,
  { heap = '512m', port, security, settings = {} }: OptionsWithPort,
): ServerCommand {
  const tls = security?.tls;
  return {
    file: jdk.java,
    args: [
      ...[`-Xmx${heap}`, '-XX:+ExitOnOutOfMemoryError', ...sharing.flags, '-jar', jar],
      ...['--http-port', String(port), '--data', join(home.path, 'data')],
      ...(security === undefined ? [] : ['--security', 'on', '--password', security.password]),
      ...(tls === undefined ? [] : ['--tls-cert', tls.certificate, '--tls-key', tls.key]),
      ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ],
    directory: home.path,
    logFile: home.logFile,
    // The first stop writes the archive of classes, which takes up to ten seconds more.
    patienceMs: 30_000,
    keepOnStop: sharing.keepOnStop,
  };
}

/** The launcher prints `{"url": …}` once every primary shard can be searched and written; empty until then. */
function readReadyUrl(output: string): string {
  const line = /^\{"url".*\}$/m.exec(output)?.[0];
  return line === undefined ? '' : (JSON.parse(line) as { readonly url: string }).url;
}
