import { createHash } from 'node:crypto';

/** Elasticsearch's limit for the name of an index, in bytes. */
const LONGEST_NAME = 255;
const HASH_LENGTH = 12;

/**
 * Name of the concrete index behind an alias. The same run gives the same name, so that creating it again is harmless.
 *
 * @param runId - what tells runs apart: a workflow's run id.
 */
export function concreteIndexName(alias: string, runId: string): string {
  return deriveName(alias, runId.toLowerCase().replaceAll(/[^a-z0-9-]/gu, '-'));
}

/** An index, or alias, whose dead letters are kept. */
export interface KeepsLetters {
  readonly index: string;
  /** The index that keeps them. Absent: one of its own, beside it. */
  readonly deadLetters?: string | undefined;
}

/** Name of the index that keeps the dead letters of an index (or alias). */
export function deadLetterIndexName({ index, deadLetters }: KeepsLetters): string {
  return deadLetters ?? deriveName(index, 'rejected');
}

function deriveName(base: string, suffix: string): string {
  const name = `${base}-${suffix}`;
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  const room = LONGEST_NAME - HASH_LENGTH - 1;
  // Cutting bytes may halve a character, which decodes to U+FFFD.
  const start = Buffer.from(name)
    .subarray(0, room)
    .toString()
    .replace(/\uFFFD+$/u, '');
  return `${start}-${hash}`;
}
