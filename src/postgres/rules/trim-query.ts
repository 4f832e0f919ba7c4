/**
 * One token of a query that may hold a semicolon or look like a comment: comments, strings, quoted identifiers, dollar
 * quotes. Block comments nest, so that of them only the beginning is a token.
 */
const TOKENS =
  /--[^\n\r]*|\/\*|[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$)[^]*?\1|[\p{L}_][\p{L}\p{N}_$]*|;|\s+|[^]/gu;

/**
 * A rule's query without the semicolons, spaces and comments at its end, which psql takes as well. A semicolon that
 * something follows stays: PostgreSQL says what is wrong with it.
 */
export function trimQuery(query: string): string {
  let end = 0;
  TOKENS.lastIndex = 0;
  for (let match = TOKENS.exec(query); match !== null; match = TOKENS.exec(query)) {
    const [token] = match;
    if (token === '/*') {
      const close = endOfComment(query, match.index);
      // PostgreSQL says that it is never closed.
      if (close === undefined) return query.trim();
      TOKENS.lastIndex = close;
    } else if (token !== ';' && !token.startsWith('--') && token.trim() !== '') end = TOKENS.lastIndex;
  }
  return query.slice(0, end).trimStart();
}

/** The place behind a block comment that begins at `start`; undefined where it is never closed. */
function endOfComment(query: string, start: number): number | undefined {
  const marks = /\/\*|\*\//gu;
  marks.lastIndex = start;
  let depth = 0;
  for (let match = marks.exec(query); match !== null; match = marks.exec(query)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return undefined;
}
