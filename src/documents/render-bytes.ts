/** Bytes of a bytea value up to which it goes into the document. */
export const MAX_BINARY_BYTES = 10 * 1024 * 1024;

/** SQL of bytes as base64 on one line (`encode` breaks lines); null above the limit, which is seen without detoasting. */
export function renderBytes(value: string): string {
  return `case when octet_length(${value}) <= ${MAX_BINARY_BYTES} then translate(encode(${value}, 'base64'), E'\\n', '') end`;
}
