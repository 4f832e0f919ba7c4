import type { CopyOptions } from '../../src/postgres/rows/copy-options';
import type { AmbiguousPiece, CopyPiece, RefusedRow, SharedPiece } from '../../src/postgres/rows/copy-piece';
import type { RowProjection } from '../../src/postgres/rows/row-projection';

/** A projection for tests: the id is the column `id`, the document the row as PostgreSQL renders it. */
export const ROW_AS_JSON: RowProjection = { id: `t."id"::text`, document: 'row_to_json(t)::text' };

/** Options for tests: pieces small enough that there are many. */
export function copyOptions(changes: Partial<CopyOptions> = {}): CopyOptions {
  return {
    projection: ROW_AS_JSON,
    version: 1_700_000_000_000_000,
    maxRowBytes: 1_000_000,
    targetBytes: () => 10_000,
    ...changes,
  };
}

/** What a reading came to. */
export interface CopiedRows {
  readonly ids: string[];
  /** Action line and document of each item, parsed. */
  readonly items: { readonly action: unknown; readonly document: Record<string, unknown> }[];
  readonly refused: RefusedRow[];
  readonly pieces: number;
}

/** Takes all pieces and parses every item, as Elasticsearch would. */
export async function collectRows(
  pieces: AsyncIterable<AmbiguousPiece | CopyPiece | SharedPiece>,
): Promise<CopiedRows> {
  const rows: CopiedRows = { ids: [], items: [], refused: [], pieces: 0 };
  let count = 0;
  for await (const piece of pieces) {
    count += 1;
    if (piece.kind === 'refused') rows.refused.push(...piece.rows);
    if (piece.kind !== 'rows') continue;
    const { body } = piece;
    body.offsets.forEach((start, i) => {
      const lines = body.bytes.toString('utf8', start, body.offsets[i + 1] ?? body.bytes.length).split('\n');
      if (lines.length !== 3 || lines[2] !== '') throw new Error('an item is two lines');
      const action = JSON.parse(lines[0] ?? '') as { index: { _id: string } };
      rows.items.push({ action, document: JSON.parse(lines[1] ?? '') as Record<string, unknown> });
      rows.ids.push(action.index._id);
    });
  }
  return { ...rows, pieces: count };
}
