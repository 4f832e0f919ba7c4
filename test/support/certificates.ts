import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key, PEM text. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for. */
export interface Holder {
  /** Common name: the user, to servers that take users from certificates. */
  readonly name?: string;
  /** Host names and addresses. */
  readonly hosts?: readonly string[];
  /** @default 'valid' */
  readonly validity?: 'valid' | 'expired';
}

/** Somebody who signs certificates. */
export interface Authority extends Identity {
  readonly issue: (holder: Holder) => Promise<Identity>;
  /** Another authority, which this one vouches for. */
  readonly delegate: (name: string) => Promise<Authority>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

// The library's types are those of browsers; Node's implementation is the same but for its types.
cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

/** Makes an authority that signed its own certificate. */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await generateKeys();
  return makeAuthority(name, keys, { name, key: keys.privateKey });
}

/** The same key, which only who knows the passphrase can use. */
export function encryptKey(key: string, passphrase: string): string {
  return createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
}

/** SHA-256 of a certificate, as `openssl x509 -fingerprint -sha256` prints it. */
export function fingerprintOf({ certificate }: Identity): string {
  return new X509Certificate(certificate).fingerprint256;
}

type Keys = Awaited<ReturnType<typeof generateKeys>>;
type Signer = { readonly name: string; readonly key: Keys['privateKey'] };

function generateKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function makeAuthority(name: string, keys: Keys, signer: Signer): Promise<Authority> {
  const certificate = await sign(signer, { name }, keys, [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]);
  const self = { name, key: keys.privateKey };
  return {
    certificate,
    key: await exportKey(keys),
    issue: (holder) => issue(self, holder),
    delegate: async (delegated) => makeAuthority(delegated, await generateKeys(), self),
  };
}

async function issue(signer: Signer, holder: Holder): Promise<Identity> {
  const keys = await generateKeys();
  const hosts = (holder.hosts ?? []).map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const);
  const certificate = await sign(signer, holder, keys, [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    ...(hosts.length === 0 ? [] : [new SubjectAlternativeNameExtension(hosts)]),
  ]);
  return { certificate, key: await exportKey(keys) };
}

type Extensions = NonNullable<Parameters<typeof X509CertificateGenerator.create>[0]['extensions']>;

async function sign(
  signer: Signer,
  { name = 'server', validity = 'valid' }: Holder,
  keys: Keys,
  extensions: Extensions,
): Promise<string> {
  const end = Date.now() + (validity === 'valid' ? DAY_MS : -DAY_MS);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${signer.name}`,
    notBefore: new Date(end - 3 * DAY_MS),
    notAfter: new Date(end),
    publicKey: keys.publicKey,
    signingKey: signer.key,
    signingAlgorithm: ALGORITHM,
    extensions,
  });
  return `${certificate.toString('pem')}\n`;
}

async function exportKey({ privateKey }: Keys): Promise<string> {
  const body = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
  return ['-----BEGIN PRIVATE KEY-----', ...(body.match(/.{1,64}/g) ?? []), '-----END PRIVATE KEY-----', ''].join('\n');
}
