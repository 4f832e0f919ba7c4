import { createPrivateKey } from 'node:crypto';

/**
 * A private key as clients take it that know no passphrases. Both were checked to fit together.
 * @returns PEM text
 */
export function decryptKey(pem: string | undefined, passphrase: string | undefined): string | undefined {
  if (pem === undefined || passphrase === undefined) return pem;
  return createPrivateKey({ key: pem, passphrase }).export({ type: 'pkcs8', format: 'pem' }).toString();
}
