import fc from 'fast-check';

import { createMessageSplitter } from '../../../../src/postgres/copy-protocol/message-splitter';
import { createTupleDecoder } from '../../../../src/postgres/copy-protocol/tuple-decoder';
import type { CopyPiece } from '../../../../src/postgres/rows/copy-piece';
import { createPieceBuilder } from '../../../../src/postgres/rows/piece-builder';
import { SyncFailure } from '../../../../src/sync/failures';
import { COPY_END, copyStream, cutBytes } from '../../../support/copy-stream';
import { byteDamage, damageBytes } from '../../../support/corrupted';
import { fuzzing } from '../../../support/fuzz';

/**
 * Reads what a server sends, as a COPY of rows does.
 * @returns the rows, and whether the COPY came to its end
 */
function readRows(chunks: readonly Buffer[]): { readonly rows: readonly string[]; readonly isEnded: boolean } {
  const pieces: CopyPiece[] = [];
  const builder = createPieceBuilder(
    () => 64,
    (piece) => pieces.push(piece),
  );
  const decoder = createTupleDecoder(builder);
  const splitter = createMessageSplitter(decoder.push);
  const isEnded = chunks.some((chunk) => {
    const memory = Buffer.from(chunk);
    const rest = splitter.push(memory);
    // A socket reads into the same memory again.
    memory.fill('#');
    return rest !== undefined;
  });
  if (isEnded) decoder.end();
  builder.flush();
  const rows = pieces.flatMap((piece) => {
    if (piece.kind === 'refused') return piece.rows.map((row) => `!${JSON.stringify({ ...row, fault: undefined })}`);
    if (piece.kind !== 'rows') return [];
    const { bytes, offsets } = piece.body;
    return offsets.map((start, i) => bytes.toString('latin1', start, offsets[i + 1] ?? bytes.length));
  });
  return { rows, isEnded };
}

const row = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => `{${text}\n`) },
  { weight: 1, arbitrary: fc.nat().map((bytes) => `!${JSON.stringify({ id: 'shop:a:1', bytes })}`) },
);
const rows = fc.array(row, { maxLength: 12 });
const sent = (texts: readonly string[]) => copyStream(texts.map((text) => Buffer.from(text, 'latin1')));

describe('a COPY', () => {
  test('gives the same rows at every place where the network may cut it', () => {
    const texts = ['{"index":{}}\n{}\n', '', '!{"id":"x","bytes":7}', '{é\n'];
    const stream = sent(texts);
    for (let place = 1; place < stream.length; place += 1) {
      expect([...readRows(cutBytes(stream, [place])).rows].sort()).toEqual([...texts].sort());
    }
  });

  test('that is cut off never looks complete', () => {
    fc.assert(
      fc.property(rows, fc.nat(), fc.array(fc.nat(), { maxLength: 6 }), (texts, at, places) => {
        const stream = sent(texts);
        // What follows the end of a COPY is not its own any more.
        const whole = stream.length - COPY_END.length;
        const read = readRows(cutBytes(stream.subarray(0, at % whole), places));
        expect(read.isEnded).toBe(false);
        for (const text of read.rows) expect(texts).toContain(text);
      }),
      fuzzing('COPY, cut off'),
    );
  });

  test('that is damaged gives rows or a failure of its own, and comes to an end', () => {
    fc.assert(
      fc.property(rows, byteDamage, fc.array(fc.nat(), { maxLength: 6 }), (texts, damage, places) => {
        try {
          readRows(cutBytes(damageBytes(sent(texts), damage), places));
        } catch (error) {
          expect(error).toBeInstanceOf(SyncFailure);
        }
      }),
      fuzzing('COPY, damaged'),
    );
  });

  test('that says it is over before its trailer is a failure: rows would be missing in silence', () => {
    const stream = copyStream([Buffer.from('{a}\n')], { trailer: false });
    expect(() => readRows([stream])).toThrow(/before its end/u);
  });
});
