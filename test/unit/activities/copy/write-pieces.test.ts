import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';

import type { OpenConnector } from '../../../../src/activities/connector/connector-registry';
import { type PieceTarget, writePieces } from '../../../../src/activities/copy/write-pieces';
import type { BulkWriter } from '../../../../src/elasticsearch/bulk-writer/bulk-writer';
import type { CopyPiece } from '../../../../src/postgres/rows/copy-piece';
import { createPieceBuilder } from '../../../../src/postgres/rows/piece-builder';
import { type BulkOutcome, NO_OUTCOME } from '../../../../src/sync/bulk-body';
import { fuzzing } from '../../../support/fuzz';

/** Reads rows into pieces one by one, as a COPY does: each takes its memory when its first row is there. */
async function* readPieces(rows: readonly string[], targetBytes: number): AsyncGenerator<CopyPiece> {
  const ready: CopyPiece[] = [];
  const builder = createPieceBuilder(
    () => targetBytes,
    (piece) => ready.push(piece),
  );
  for (const row of rows) {
    builder.append(Buffer.from(row), 0, Buffer.byteLength(row));
    builder.finish();
    yield* ready.splice(0);
    await nextTurn();
  }
  builder.flush();
  yield* ready.splice(0);
}

/** Acknowledges each body only after so many turns, and tells what it held by then. */
function slowWriter(turns: readonly number[], acknowledged: string[]): BulkWriter {
  let accepted = 0;
  return {
    accept: (body) => {
      const place = accepted++;
      const wait = async (): Promise<BulkOutcome> => {
        for (let turn = turns[place % turns.length] ?? 0; turn > 0; turn -= 1) await nextTurn();
        acknowledged[place] = body.bytes.toString();
        return { ...NO_OUTCOME, indexed: body.offsets.length };
      };
      return Promise.resolve({ acknowledged: wait() });
    },
    targetBytes: () => 0,
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const meter = { rowsRead: () => undefined, documents: () => undefined };

describe('the memory of a body', () => {
  test('is not written again before Elasticsearch has acknowledged all of it, whatever the order of answers', async () => {
    const row = fc.string({ minLength: 1, maxLength: 40 }).map((text) => `{${text}\n`);
    const turns = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(row), fc.integer({ min: 1, max: 100 }), turns, async (rows, target, delays) => {
        const written: string[] = [];
        const place = { writer: slowWriter(delays, written), connector: { meter } as unknown as OpenConnector };
        const job = { connectorId: 'shop', jobId: 'job' };
        const copy = { ...place, job, relation: 'public.item', version: 1 } as PieceTarget;
        const { acknowledged } = await writePieces(readPieces(rows, target), copy);
        expect((await acknowledged).indexed).toBe(rows.length);
        expect(written.join('')).toBe(rows.join(''));
      }),
      fuzzing('memory of bodies', 300),
    );
  });
});
