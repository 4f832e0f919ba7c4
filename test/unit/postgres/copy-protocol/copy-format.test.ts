import fc from 'fast-check';

import { createMessageSplitter } from '../../../../src/postgres/copy-protocol/message-splitter';
import { createTupleDecoder } from '../../../../src/postgres/copy-protocol/tuple-decoder';
import type { CopyPiece, RowsPiece } from '../../../../src/postgres/rows/copy-piece';
import { createPieceBuilder } from '../../../../src/postgres/rows/piece-builder';
import {
  AFTER_COPY,
  COPY_HEADER,
  copyStream,
  copyTuple,
  cutBytes,
  protocolMessage,
} from '../../../support/copy-stream';

function read(chunks: readonly Buffer[]): { values: Buffer[]; rest: Buffer } {
  const values: Buffer[] = [];
  let parts: Buffer[] = [];
  const decoder = createTupleDecoder({
    append: (chunk, start, end) => parts.push(Buffer.from(chunk.subarray(start, end))),
    finish: () => {
      values.push(Buffer.concat(parts));
      parts = [];
    },
  });
  const splitter = createMessageSplitter(decoder.push);
  const rests: Buffer[] = [];
  for (const chunk of chunks) {
    if (rests.length > 0) rests.push(chunk);
    else {
      const rest = splitter.push(chunk);
      if (rest !== undefined) rests.push(rest);
    }
  }
  return { values, rest: Buffer.concat(rests) };
}

const rows = fc.array(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 12 },
);

describe('what a server sends during a COPY', () => {
  test('is understood wherever the network cuts it', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(), { maxLength: 20 }), (values, places) => {
        const { values: decoded, rest } = read(cutBytes(copyStream(values), places));
        expect(decoded).toEqual(values);
        expect(rest).toEqual(AFTER_COPY);
      }),
    );
  });

  test('is understood byte by byte', () => {
    const values = [Buffer.from('one'), Buffer.alloc(0), Buffer.from('drei')];
    const stream = copyStream(values);
    expect(read([...stream].map((byte) => Buffer.from([byte]))).values).toEqual(values);
  });

  test('is handed back from an error on, after all rows before it', () => {
    const error = protocolMessage('E', Buffer.from('SERROR\0\0'));
    const sent = Buffer.concat([
      protocolMessage('d', COPY_HEADER),
      protocolMessage('d', copyTuple(Buffer.from('row'))),
      error,
      AFTER_COPY,
    ]);
    for (let place = 1; place < sent.length; place += 1) {
      const { values, rest } = read(cutBytes(sent, [place]));
      expect(values).toEqual([Buffer.from('row')]);
      expect(rest).toEqual(Buffer.concat([error, AFTER_COPY]));
    }
  });

  test('is a defect when it holds a null', () => {
    const nothing = Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xff]);
    expect(() => read([protocolMessage('d', Buffer.concat([COPY_HEADER, nothing]))])).toThrow('a null');
  });
});

describe('pieces', () => {
  function build(values: readonly string[], targetBytes: number): CopyPiece[] {
    const pieces: CopyPiece[] = [];
    const builder = createPieceBuilder(
      () => targetBytes,
      (piece) => pieces.push(piece),
    );
    for (const value of values) {
      const bytes = Buffer.from(value);
      const middle = bytes.length >> 1;
      builder.append(bytes, 0, middle);
      builder.append(bytes, middle, bytes.length);
      builder.finish();
    }
    builder.flush();
    return pieces;
  }

  const isRows = (piece: CopyPiece): piece is RowsPiece => piece.kind === 'rows';

  function items(pieces: readonly CopyPiece[]): string[] {
    return pieces
      .filter(isRows)
      .flatMap(({ body: { bytes, offsets } }) =>
        offsets.map((start, i) => bytes.toString('utf8', start, offsets[i + 1] ?? bytes.length)),
      );
  }

  test('hold every row once, in order, and end soon after their target', () => {
    const row = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map((text) => `{${text}\n`);
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 1, max: 200 }), (values, target) => {
        const pieces = build(values, target);
        expect(items(pieces)).toEqual(values);
        for (const { body } of pieces.filter(isRows).slice(0, -1)) {
          expect(body.bytes.length).toBeGreaterThanOrEqual(target);
          expect(body.offsets.at(-1)).toBeLessThan(target);
        }
      }),
    );
  });

  test('tell of oversized rows beside those that fit', () => {
    const pieces = build(['{a}\n', '!{"id":"x:1","bytes":99}', '{b}\n', '!{"id":"x:2","bytes":77}'], 1_000);
    expect(items(pieces)).toEqual(['{a}\n', '{b}\n']);
    expect(pieces.flatMap((piece) => (piece.kind === 'refused' ? piece.rows : []))).toEqual([
      { fault: 'oversized', id: 'x:1', bytes: 99 },
      { fault: 'oversized', id: 'x:2', bytes: 77 },
    ]);
  });

  test('count the values that documents leave out, by the place of the document', () => {
    const values = ['{a}\n', '-3\n{b}\n', '!{"id":"x:1","bytes":99}', '{c}\n', '-12\n{d\n}\n'];
    const [piece, ...others] = build(values, 1_000).filter(isRows);
    expect(others).toEqual([]);
    expect(items(build(values, 1_000))).toEqual(['{a}\n', '{b}\n', '{c}\n', '{d\n}\n']);
    expect([...(piece?.omitted ?? [])]).toEqual([
      [1, 3],
      [3, 12],
    ]);
    const small = build(values, 1).filter(isRows);
    expect(small.flatMap(({ omitted }) => [...omitted])).toEqual([
      [0, 3],
      [0, 12],
    ]);
  });

  test('never hold the beginning of a row that did not arrive whole', () => {
    const pieces: CopyPiece[] = [];
    const builder = createPieceBuilder(
      () => 1_000,
      (piece) => pieces.push(piece),
    );
    builder.append(Buffer.from('{a}\n'), 0, 4);
    builder.finish();
    builder.append(Buffer.from('{b'), 0, 2);
    builder.flush();
    expect(items(pieces)).toEqual(['{a}\n']);
  });

  test('take a row far larger than their target', () => {
    const large = `{${'x'.repeat(500_000)}\n`;
    expect(items(build(['{a}\n', large, '{b}\n'], 100))).toEqual(['{a}\n', large, '{b}\n']);
  });
});
