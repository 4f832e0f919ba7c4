import type { StoredDocument } from '../elasticsearch/answers/cut-hits';
import type { CopyPiece } from '../postgres/rows/copy-request';

const NEWLINE = 0x0a;

/** The documents that the rows of a piece become: what stands in the bulk body, without its action lines. */
export function* copiedDocuments({ body }: CopyPiece): Generator<StoredDocument, void, undefined> {
  const { bytes, offsets } = body;
  for (const [index, start] of offsets.entries()) {
    const end = offsets[index + 1] ?? bytes.length;
    const lineEnd = bytes.indexOf(NEWLINE, start);
    const action = JSON.parse(bytes.toString('utf8', start, lineEnd)) as { readonly index: { readonly _id: string } };
    yield { id: action.index._id, source: bytes.subarray(lineEnd + 1, end - 1) };
  }
}
