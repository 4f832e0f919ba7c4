import { MAX_BINARY_BYTES } from './types/render-bytes';
import type { Rendering } from './types/rendering';

/** A column's value and how it is rendered. */
export interface RenderedValue extends Pick<Rendering, 'omitted'> {
  /** SQL of the value itself. */
  readonly value: string;
}

/** No compression of PostgreSQL's makes a value smaller than this share of it: a match of LZ4 is 255 times its length. */
const BEST_COMPRESSION = 300;

/**
 * SQL of how many values of a row its document leaves out because of their size; undefined when none ever is. What is
 * too small to hold such a value is told by its stored size, without looking into it.
 */
export function omittedExpression(columns: readonly RenderedValue[]): string | undefined {
  const parts = columns.flatMap(({ value, omitted }) => {
    if (omitted === undefined) return [];
    const smallest = Math.floor(MAX_BINARY_BYTES / BEST_COMPRESSION);
    return [`coalesce(case when pg_column_size(${value}) > ${smallest} then ${omitted(value)} end, 0)`];
  });
  return parts.length === 0 ? undefined : `(${parts.join(' + ')})::integer`;
}
