import type { Source } from '../../postgres/connection/source';
import { withTransaction } from '../../postgres/connection/transaction';
import { readingTransaction } from '../../postgres/rows/reading-transaction';
import { fromRowsWithIds } from '../../postgres/rows/rows-sql';
import { SyncFailure } from '../../sync/failures';
import type { ProjectedRelation } from './projected-relation';

/** A document as a sync would write it now, or why there is none to show. */
export interface Example {
  readonly relation: string;
  readonly id?: string;
  /** JSON of one line. */
  readonly document?: string;
  readonly without?: string;
}

/** Rows of which the one is shown that has most to show: objects that are no null, lists that aren't empty. */
const ROWS_LOOKED_AT = 20;

/** Bytes of a document that a person still reads; longer ones are shown only where there are no others. */
const READABLE_BYTES = 16_384;

const TIMEOUT_MS = 10_000;

/** Reads an example of each relation's documents; one that can't be read hinders no other. */
export async function readExamples(
  source: Source,
  relations: readonly ProjectedRelation[],
  maxRowBytes: number,
): Promise<readonly Example[]> {
  const examples: Example[] = [];
  for (const relation of relations) examples.push(await readExample(source, relation, maxRowBytes));
  return examples;
}

async function readExample(
  source: Source,
  { name, rows, projection }: ProjectedRelation,
  maxRowBytes: number,
): Promise<Example> {
  const options = { ...readingTransaction({ rows }), statementTimeoutMs: TIMEOUT_MS };
  const sql = exampleQuery({ rows, projection }, maxRowBytes);
  try {
    const [row] = await withTransaction(
      source,
      (tx) => tx.query<{ id: string; document: string | null }>(sql),
      options,
    );
    if (row === undefined) return { relation: name, without: 'it has no rows' };
    const { id, document } = row;
    return { relation: name, id, ...(document === null ? { without: 'its first rows are too large' } : { document }) };
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    return { relation: name, without: error.message };
  }
}

function exampleQuery(
  { rows, projection }: Pick<ProjectedRelation, 'rows' | 'projection'>,
  maxRowBytes: number,
): string {
  const { document, size } = projection;
  const rendered = size === undefined ? document : `case when (${size}) <= ${maxRowBytes}::bigint then ${document} end`;
  return `
    select "id", "document" from (
      select k."id", ${rendered} as "document" ${fromRowsWithIds(rows, projection)} limit ${ROWS_LOOKED_AT}) as e
    order by octet_length("document") <= ${READABLE_BYTES} desc nulls last, octet_length("document") desc limit 1`;
}
