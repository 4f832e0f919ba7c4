import { printedBy, type Rendering } from './rendering';

/** Bytes of a bytea value up to which it goes into the document. */
export const MAX_BINARY_BYTES = 10 * 1024 * 1024;

/** Base64, or nothing above the limit, which is seen without detoasting. */
export function renderBytes(): Rendering {
  return {
    ...printedBy(toBase64, { type: 'binary' }),
    omitted: (value) => `(octet_length(${value}) > ${MAX_BINARY_BYTES})::integer`,
  };
}

/** SQL of bytes as base64 on one line: `encode` breaks lines. */
function toBase64(value: string): string {
  const encoded = `translate(encode(${value}, 'base64'), E'\\n', '')`;
  return `case when octet_length(${value}) <= ${MAX_BINARY_BYTES} then ${encoded} end`;
}
