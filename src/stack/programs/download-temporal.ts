import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runToEnd } from '../processes/run-to-end';
import type { Supervisor } from '../processes/supervisor';
import { findCommand } from './find-command';

/** Where Temporal publishes its releases: https://github.com/temporalio/cli/releases */
const RELEASES = 'https://github.com/temporalio/cli/releases/download';

/** Names of machines in the releases, by those of Node.js. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const SYSTEMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };

/** Milliseconds for the whole of the archive, some 60 MB, and for the list, which tells whether there is a network at all. */
const ARCHIVE_MS = 300_000;
const LIST_MS = 15_000;

/** The archive of a release for this machine; undefined where Temporal makes none. */
export function temporalArchive(
  version: string,
  machine: Pick<NodeJS.Process, 'arch' | 'platform'>,
): string | undefined {
  const [system, architecture] = [SYSTEMS[machine.platform], ARCHITECTURES[machine.arch]];
  if (system === undefined || architecture === undefined) return undefined;
  return `temporal_cli_${version}_${system}_${architecture}.tar.gz`;
}

/**
 * Downloads the Temporal CLI of an official release, holds it against the release's list of checksums, and unpacks it.
 * @param scratch - folder to work in
 * @param releases - base URL of a copy of the releases
 * @returns the program's path
 * @throws Error which says in a line what was wrong
 */
export async function downloadTemporal(
  version: string,
  scratch: string,
  supervisor: Supervisor,
  releases = process.env['PGFERRY_TEMPORAL_RELEASES'] ?? RELEASES,
): Promise<string> {
  const archive = temporalArchive(version, process);
  const tar = findCommand('tar');
  if (archive === undefined) throw new Error(`there is no release for ${process.platform} on ${process.arch}`);
  if (tar === undefined) throw new Error('tar, to unpack it, is not on the PATH');
  const base = `${releases}/v${version}`;
  const checksums = (await download(`${base}/checksums.txt`, LIST_MS)).toString('utf8');
  const content = await download(`${base}/${archive}`, ARCHIVE_MS);
  requireChecksum(archive, content, checksums);
  const file = join(scratch, archive);
  await writeFile(file, content);
  const logFile = join(scratch, 'tar.log');
  await runToEnd(supervisor, { file: tar, args: ['-xzf', file, 'temporal'], directory: scratch, logFile });
  return join(scratch, 'temporal');
}

async function download(url: string, timeoutMs: number): Promise<Buffer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    throw new Error(`${url} can't be had: ${describeCause(error)}`, { cause: error });
  }
}

function describeCause(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : message;
}

/** @throws Error when the list doesn't have the file, or another sum */
export function requireChecksum(name: string, content: Buffer, checksums: string): void {
  const lines = checksums.split('\n').map((line) => line.trim().split(/\s+\*?/u));
  const listed = lines.find(([, file]) => file === name)?.[0];
  const found = createHash('sha256').update(content).digest('hex');
  if (listed === found) return;
  throw new Error(`${name} is not what its release says: SHA-256 ${found}, and not ${listed ?? 'any that it lists'}`);
}
