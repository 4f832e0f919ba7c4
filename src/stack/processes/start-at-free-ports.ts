import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { findFreePort } from '../../ports/find-free-port';
import { SyncFailure } from '../../sync/failures';
import { cacheDirectory } from './cache-directory';
import { writingToCache } from './folder-trouble';
import { takeLock } from './with-lock';

/** Starts of one server, each at other ports. */
const ATTEMPTS = 5;

/**
 * Starts a server at free ports, which are held against other stacks until it has started: from then on it holds them
 * itself. Where it says that one is taken all the same, it starts again at others.
 *
 * @param given - a port for each that the server listens at; undefined for a free one
 * @param locks - folder of a file for each port that is held, the same for all stacks; the cache's where none is named
 */
export async function startAtFreePorts<const Given extends readonly (number | undefined)[], Server>(
  given: Given,
  start: (ports: { readonly [Index in keyof Given]: number }) => Promise<Server>,
  locks?: string,
): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const held: HeldPort[] = [];
    const hold = async () => {
      const port = await holdFreePort(locks ?? join(cacheDirectory(), 'ports'));
      held.push(port);
      return port.port;
    };
    try {
      const ports: number[] = [];
      for (const port of given) ports.push(port ?? (await hold()));
      return await start(ports as { readonly [Index in keyof Given]: number });
    } catch (error) {
      if (held.length === 0 || attempt === ATTEMPTS || !isPortTaken(error)) throw error;
    } finally {
      await Promise.all(held.map(({ release }) => release()));
    }
  }
}

interface HeldPort {
  readonly port: number;
  readonly release: () => Promise<void>;
}

/** Finds a free port that no other stack of this user is about to listen at. */
async function holdFreePort(locks: string): Promise<HeldPort> {
  await writingToCache(locks, () => mkdir(locks, { recursive: true }));
  for (;;) {
    const port = await findFreePort();
    const lock = join(locks, String(port));
    if (await writingToCache(locks, () => takeLock(lock))) return { port, release: () => rm(lock, { force: true }) };
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof SyncFailure && /address already in use/iu.test(error.message);
}
