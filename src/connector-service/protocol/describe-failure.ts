import { Buffer } from 'node:buffer';

import { blotSecrets } from '../../logging/blot-secrets';

/** Bytes; Elasticsearch refuses keywords above 32,766 of them, and the whole change with them. */
const LONGEST = 2_000;

/** Something that went wrong, and what to do about it. */
interface Failure {
  readonly message: string;
  readonly remedy: string;
}

/**
 * The text of an error in a document: what went wrong and what to do, short, and without a secret.
 * @param connectorId - stands in commands that a remedy names, so that they can be copied
 */
export function describeFailures(failures: readonly Failure[], connectorId = 'ID'): string {
  const texts = failures.map(
    ({ message, remedy }) =>
      `${message.replace(/\.$/u, '')} → ${remedy.replaceAll('`pgferry sync ID', `\`pgferry sync ${connectorId}`)}`,
  );
  return shorten(blotSecrets([...new Set(texts)].join(' ')));
}

/** Cuts a text at its longest, between two characters. */
export function shorten(text: string): string {
  if (Buffer.byteLength(text) <= LONGEST) return text;
  return `${Buffer.from(text)
    .subarray(0, LONGEST)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '')}…`;
}
