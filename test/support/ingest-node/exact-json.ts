/** Whole numbers of so many digits may be more than JavaScript's hold. */
const LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gu;
const MARKED_NUMBER = /"\\u0000(-?\d+)"/gu;

/** Reads JSON; long whole numbers, which Elasticsearch keeps digit by digit, stay as they are. */
export function parseExactly(json: string): unknown {
  return JSON.parse(json.replaceAll(LONG_NUMBER, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`)));
}

/** Writes what {@link parseExactly} read. */
export function renderExactly(value: unknown): string {
  return JSON.stringify(value).replaceAll(MARKED_NUMBER, '$1');
}
