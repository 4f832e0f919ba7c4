import { isIP } from 'node:net';

import type { ProblemList } from './problems/problem-list';
import type { ConfigurationFile } from './schema/configuration-file';

/** Warns of settings by which somebody else could read or change what goes over the network. */
export function findDangers({ elasticsearch, temporal }: ConfigurationFile, warnings: ProblemList): void {
  const { verify_certs, host, api_key, service_token, password } = elasticsearch;
  if (!verify_certs && host.toLowerCase().startsWith('https:'))
    warnings.add(
      ['elasticsearch', 'verify_certs'],
      'is false: whoever is in between can pose as Elasticsearch, read and change everything, and take the ' +
        "credentials; give 'ca_file' or 'ca_fingerprint' instead",
    );
  const isSecret = [api_key, service_token, password].some((secret) => secret !== undefined);
  if (isSecret && isRemote(host))
    warnings.add(['elasticsearch', 'host'], 'has http://: the credentials go over the network in the clear');
  if (temporal.api_key !== undefined && temporal.tls === false)
    warnings.add(['temporal', 'tls'], 'is false: the API key goes over the network in the clear');
}

/** Whether an address is unencrypted and on another machine. */
function isRemote(host: string): boolean {
  if (!URL.canParse(host)) return false;
  const { protocol, hostname } = new URL(host);
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))) return false;
  return protocol === 'http:';
}
