import { createHash } from 'node:crypto';

import { namesRelation } from '../../sync/document-owner';

/** Tells dead letters apart: the document, or where that has no id, relation and position. */
export interface LetterSubject {
  readonly connectorId: string;
  readonly relation: string;
  readonly documentId?: string | undefined;
  readonly position?: string | undefined;
}

/**
 * `_id` of a dead letter: the same document has the same one, however often it is refused. It is given as routing, too,
 * which changes no document's shard, and does where a template demands one.
 */
export function deadLetterId(subject: LetterSubject): string {
  return createHash('sha256')
    .update(JSON.stringify(partsOf(subject)))
    .digest('base64url');
}

/** A key alone may be that of another relation’s document, too: letters of several indices lie together. */
function partsOf({ connectorId, relation, documentId, position = '' }: LetterSubject): readonly string[] {
  if (documentId === undefined) return [connectorId, relation, position];
  return namesRelation(connectorId, relation, documentId)
    ? [connectorId, documentId]
    : [connectorId, relation, 'id', documentId];
}
