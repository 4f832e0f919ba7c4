import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';

import { findPostgres } from '../../src/stack/programs/postgres-program';

/** What the servers leave beside their data, and make anew. */
const LEFT_OUT = ['server.log', 'initdb.log', 'program', 'classes.jsa', '*.lock', 'postmaster.pid', 'postmaster.opts'];

/**
 * Packs the data of a stack that was stopped. Needs GNU tar; unpacking takes any, and no program for the compression,
 * which Node brings along. Its window of 16 MiB sees that PostgreSQL's databases begin as copies of each other.
 */
export async function packData(folder: string, archive: string): Promise<void> {
  const owner = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner'];
  const tar = spawn('tar', [...owner, ...LEFT_OUT.map((name) => `--exclude=${name}`), '-C', folder, '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  };
  const ended = once(tar, 'close');
  await pipeline(tar.stdout, createBrotliCompress({ params }), createWriteStream(archive));
  requireSuccess(await ended);
}

/** Unpacks the data of a stack, for the account that will run PostgreSQL. */
export async function unpackData(archive: string, folder: string): Promise<void> {
  const tar = spawn('tar', ['--no-same-owner', '-xpf', '-', '-C', folder], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(tar, 'close');
  // tar reads up to the mark of the archive's end, and may be gone before the padding behind it is written: its exit code
  // tells whether all is there.
  const [piped, exit] = await Promise.allSettled([
    pipeline(createReadStream(archive), createBrotliDecompress(), tar.stdin),
    ended,
  ]);
  if (exit.status === 'rejected') throw exit.reason;
  requireSuccess(exit.value, piped);
  const { account } = await findPostgres();
  if (account === undefined) return;
  const postgres = join(folder, 'postgres');
  const entries = await readdir(postgres, { recursive: true });
  for (const entry of ['', ...entries]) await chown(join(postgres, entry), account.uid, account.gid);
}

function requireSuccess([code]: readonly unknown[], piped?: PromiseSettledResult<void>): void {
  if (code === 0) return;
  throw new Error(`tar ended with ${String(code)}`, piped?.status === 'rejected' ? { cause: piped.reason } : {});
}
