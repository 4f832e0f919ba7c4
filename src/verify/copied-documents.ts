import type { StoredDocument } from '../elasticsearch/answers/cut-hits';
import type { RowsPiece } from '../postgres/rows/copy-piece';
import { readAction } from '../sync/bulk-item';

/** The documents that the rows of a piece become: what stands in the bulk body, without its action lines. */
export function* copiedDocuments({ body }: RowsPiece): Generator<StoredDocument, void, undefined> {
  const { bytes, offsets } = body;
  for (const [index, start] of offsets.entries()) {
    const end = offsets[index + 1] ?? bytes.length;
    const action = readAction(bytes, start);
    yield { id: action.id, source: bytes.subarray(action.end, end - 1) };
  }
}
