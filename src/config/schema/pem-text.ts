import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';

import { normalizePem, splitPem } from './normalize-pem';
import type { KeyProblem } from './section';

/** One or more certificates, PEM text in any of the forms that {@link normalizePem} takes; empty text means none. */
export const certificates = z
  .string('must be PEM text')
  .transform((value, context) => {
    if (value.trim() === '') return undefined;
    const pem = normalizePem(value, 'CERTIFICATE');
    if (pem !== undefined && splitPem(pem).every(isCertificate)) return pem;
    context.addIssue('is not a certificate: PEM text with BEGIN CERTIFICATE and END CERTIFICATE lines is needed');
    return z.NEVER;
  })
  .optional();

/** A private key, PEM text; empty text means none. */
export const privateKey = z
  .string('must be PEM text')
  .transform((value, context) => {
    if (value.trim() === '') return undefined;
    const pem = normalizePem(value, 'PRIVATE KEY');
    if (pem !== undefined && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) return pem;
    context.addIssue('is not a private key: PEM text with BEGIN and END lines is needed');
    return z.NEVER;
  })
  .optional();

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Finds faults of a private key and its passphrase. */
export function findKeyProblems(key: string, pem: string | undefined, passphrase?: string): KeyProblem[] {
  if (pem === undefined) return [];
  try {
    createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    return [];
  } catch {
    return [{ key, message: describeKeyProblem(pem, passphrase) }];
  }
}

function describeKeyProblem(pem: string, passphrase: string | undefined): string {
  if (!pem.includes('ENCRYPTED')) return 'is not a private key that can be read';
  return passphrase === undefined ? 'is encrypted: give its passphrase' : "can't be decrypted with the passphrase";
}
