import { resolve } from 'node:path';
import { type ClientConfigProfile, loadClientConfigProfile } from '@temporalio/envconfig';

import type { ProblemList } from '../problems/problem-list';
import { isNode } from './configuration-node';
import { type FileReader, readText } from './read-referenced-files';

/** Surroundings of a profile: a reader of files that it names, and the environment. */
interface ProfileReader extends FileReader {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const DEFAULT_PROFILE = 'default';

/**
 * Fills in what `temporal` leaves out from the profile that it names: of Temporal's own configuration file and
 * environment variables, https://docs.temporal.io/develop/environment-configuration
 */
export function readTemporalProfile(tree: unknown, reader: ProfileReader, problems: ProblemList): void {
  const section = isNode(tree) ? tree['temporal'] : undefined;
  if (!isNode(section) || typeof section['profile'] !== 'string' || section['profile'].trim() === '') return;
  const loaded = loadProfile(section['profile'], reader, problems);
  if (loaded === undefined) return;
  if (Object.keys(loaded.grpcMeta ?? {}).length > 0)
    problems.add(['temporal', 'profile'], 'has grpc_meta, which pgferry does not send');
  section['address'] ??= loaded.address;
  section['namespace'] ??= loaded.namespace;
  section['api_key'] ??= loaded.apiKey;
  section['tls'] ??= toTls(loaded, reader, problems);
}

function loadProfile(
  name: string,
  { environment }: ProfileReader,
  problems: ProblemList,
): ClientConfigProfile | undefined {
  // The name in our file goes before the variable's; an empty variable counts as none, as everywhere else.
  const given = Object.entries(environment).filter(
    ([key, value]) => (value ?? '') !== '' && key !== 'TEMPORAL_PROFILE',
  );
  const overrideEnvVars = Object.fromEntries(given) as Record<string, string>;
  try {
    // The default one need not be in the file: environment variables may say it all.
    return loadClientConfigProfile({ overrideEnvVars, ...(name === DEFAULT_PROFILE ? {} : { profile: name }) });
  } catch (error) {
    // Errors of the file's syntax quote its lines, which hold secrets.
    const isMissing = error instanceof Error && error.message.includes('not found in config data');
    const reason = isMissing ? 'there is no such profile' : 'the file is not right';
    problems.add(['temporal', 'profile'], `can't be read from Temporal's configuration file: ${reason}`);
    return undefined;
  }
}

function toTls({ tls }: ClientConfigProfile, reader: ProfileReader, problems: ProblemList): unknown {
  if (tls === undefined) return undefined;
  if (tls.disabled === true) return false;
  const read = (source: typeof tls.serverCACert, key: string): string | undefined => {
    if (source === undefined) return undefined;
    // Unlike the files that our file names, those start at the working directory.
    if ('path' in source) return readText(resolve(source.path), ['temporal', 'tls', key], reader, problems);
    return Buffer.from(source.data).toString();
  };
  const texts = {
    ca: read(tls.serverCACert, 'ca'),
    cert: read(tls.clientCert, 'cert'),
    key: read(tls.clientKey, 'key'),
    server_name: tls.serverName,
  };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}
