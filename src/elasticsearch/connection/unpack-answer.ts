import { pipeline, type Readable } from 'node:stream';
import { createUnzip } from 'node:zlib';
import type { ConnectionRequestResponseAsStream } from '@elastic/elasticsearch';

/** Undoes what a proxy did that compresses although nobody asked: answers that are read as they come are plain bytes. */
export function unpackAnswer(answer: ConnectionRequestResponseAsStream): ConnectionRequestResponseAsStream {
  const { 'content-encoding': encoding, ...headers } = answer.headers;
  if (!/gzip|deflate/iu.test(String(encoding))) return answer;
  // What breaks the answer breaks what is unpacked, whose reader is told.
  const body: Readable = pipeline(answer.body, createUnzip(), () => undefined);
  return { ...answer, headers, body };
}
