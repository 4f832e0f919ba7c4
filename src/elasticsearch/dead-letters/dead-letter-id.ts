import { createHash } from 'node:crypto';

/** Tells dead letters apart: the document, or where that has no id, relation and position. */
export type LetterSubject =
  | { readonly connectorId: string; readonly documentId: string }
  | {
      readonly connectorId: string;
      readonly documentId?: undefined;
      readonly relation: string;
      readonly position?: string | undefined;
    };

/**
 * `_id` of a dead letter: the same document has the same one, however often it is refused. It is given as routing, too,
 * which changes no document's shard, and does where a template demands one.
 */
export function deadLetterId(subject: LetterSubject): string {
  const { connectorId, documentId } = subject;
  const parts =
    documentId === undefined ? [connectorId, subject.relation, subject.position ?? ''] : [connectorId, documentId];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
