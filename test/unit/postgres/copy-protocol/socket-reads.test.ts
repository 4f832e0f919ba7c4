import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

import { divertReads, openSocket } from '../../../../src/postgres/copy-protocol/socket-reads';
import { eventually } from '../../../support/eventually';

let server: Server;
let sending: Socket;
let reading: Socket;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  reading = openSocket();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  reading.connect((server.address() as AddressInfo).port, '127.0.0.1');
  [sending] = await accepted;
});

afterEach(() => {
  reading.destroy();
  sending.destroy();
  server.close();
});

/** Sends a byte value so many times, and waits until that much more has arrived. */
async function send(value: number, size: number, arrived: () => number): Promise<void> {
  const before = arrived();
  sending.write(Buffer.alloc(size, value));
  await eventually(`${size} bytes arrive`, () => Promise.resolve(arrived() === before + size));
}

describe('a socket that reads into one buffer', () => {
  test('gives chunks to listeners that stay as they were when more is read', async () => {
    const kept: Buffer[] = [];
    reading.on('data', (chunk) => kept.push(chunk));
    const arrived = () => kept.reduce((sum, { length }) => sum + length, 0);
    for (const value of [1, 2, 3]) await send(value, 400_000, arrived);
    const expected = Buffer.concat([1, 2, 3].map((value) => Buffer.alloc(400_000, value)));
    expect(Buffer.concat(kept).equals(expected)).toBe(true);
  });

  test('gives whoever borrows it every byte in the same memory, and the listener the rest', async () => {
    const heard: Buffer[] = [];
    reading.on('data', (chunk) => heard.push(chunk));
    const taken = { bytes: 0, sum: 0, memory: new Set<ArrayBufferLike>() };
    const giveBack = divertReads(reading, (chunk) => {
      taken.bytes += chunk.length;
      for (const byte of chunk) taken.sum += byte;
      taken.memory.add(chunk.buffer);
    });
    for (const value of [4, 5]) await send(value, 300_000, () => taken.bytes);
    expect(taken.sum).toBe(9 * 300_000);
    expect(taken.memory.size).toBe(1);
    giveBack();
    await send(6, 10, () => heard.reduce((sum, { length }) => sum + length, 0));
    expect(Buffer.concat(heard)).toEqual(Buffer.alloc(10, 6));
  });

  test('makes the sender wait while it is paused, and says when the sender is done', async () => {
    const taken = { bytes: 0 };
    reading.on('data', () => undefined);
    divertReads(reading, (chunk) => (taken.bytes += chunk.length));
    await send(7, 1_000, () => taken.bytes);
    reading.pause();
    sending.end(Buffer.alloc(20_000_000));
    await eventually('the sender has to wait', () => Promise.resolve(sending.writableLength > 0));
    expect(taken.bytes).toBe(1_000);
    const ended = once(reading, 'end');
    reading.resume();
    await ended;
    expect(taken.bytes).toBe(20_001_000);
  });
});
