import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';

import type { TemporalSettings } from '../config/settings/settings';
import { SyncFailure } from '../sync/failures';
import { tlsFailure, type TlsRemedies, type TlsSubject } from '../tls/tls-failure';
import { probeTls } from './probe-tls';

const REMEDIES: TlsRemedies = {
  'unknown authority': 'Set `temporal.tls.ca_file` to the certificate of the authority that signed it.',
  'other fingerprint': 'Set `temporal.tls.ca_file`.',
  'other name': 'Connect by a name in the certificate, or give that name as `temporal.tls.server_name`.',
  'no TLS': 'Take `temporal.tls` out (or set it to false, with an API key), or turn on TLS in Temporal.',
  'certificate missing': 'Give `temporal.tls.cert` and `temporal.tls.key`.',
  'certificate refused': 'Give `temporal.tls.cert` and `temporal.tls.key` that an authority of Temporal vouches for.',
  handshake: 'Check `temporal.tls`, and which versions of TLS the server accepts.',
};

/**
 * Finds the objection of TLS to a connection to Temporal. gRPC would say no more than that there is none, and that late.
 *
 * @returns undefined where it has nothing against it, or nobody is there
 */
export async function explainTemporal(settings: TemporalSettings): Promise<SyncFailure | undefined> {
  return settings.tls === undefined ? explainPlain(settings) : explainEncrypted(settings);
}

/** Whoever speaks TLS only closes a connection that begins otherwise. */
async function explainPlain({ address }: TemporalSettings): Promise<SyncFailure | undefined> {
  const { isEncrypted } = await probeTls({ ...splitAddress(address), rejectUnauthorized: false });
  if (!isEncrypted) return undefined;
  const remedy = 'Set `temporal.tls: true`; with a private authority `temporal.tls.ca_file`.';
  return new SyncFailure('InvalidConfig', `Temporal at ${address}: it speaks TLS only`, remedy);
}

async function explainEncrypted(settings: TemporalSettings): Promise<SyncFailure | undefined> {
  const { address, tls = {} } = settings;
  const { host, port } = splitAddress(address);
  const name = tls.serverName ?? host;
  const probe = await probeTls({
    host,
    port,
    // An address is no name that could be asked for (RFC 6066), but is compared with the certificate.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  });
  return tlsFailure(probe, describeSubject(settings, name));
}

function describeSubject({ address, tls }: TemporalSettings, host: string): TlsSubject {
  return {
    where: `Temporal at ${address}`,
    host,
    authority: tls?.ca === undefined ? undefined : 'the given temporal.tls.ca',
    showsCertificate: tls?.cert !== undefined,
    remedies: REMEDIES,
  };
}

/** Of `HOST:PORT`; addresses of IPv6 are in brackets. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
}
